-- clock_write($1 date day, $2 date finished, $3 date target, $4 bool everybody, $5 int8 after, $6 text policy, $7 text region, $8 date first,
--   $9 bool scheduled, $10 int8 entry)
WITH begun AS (
    INSERT INTO business_day (day)
    SELECT $1::date FROM clock WHERE $1::date <> coalesce(day, '-infinity')
        ON CONFLICT (day) DO NOTHING
)
UPDATE clock SET day = $1::date, finished = $2::date, target = $3::date, everybody = $4::bool, after = $5::int8, policy = $6::text,
       region = $7::text, first = $8::date, scheduled = $9::bool, entry = $10::int8
