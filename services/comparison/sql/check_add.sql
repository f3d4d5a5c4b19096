-- check_add($1 uuid report, $2 uuid earlier, $3 uuid household, $4 uuid person, $5 text category, $6 text region, $7 uuid[] people,
--   $8 date business day, $9 int8 position, $10 timestamptz at, $11 text digest, $12 text body)
INSERT INTO check_report (report, earlier, household, person, category, region, people, day, position, at, digest, body)
VALUES ($1::uuid, $2::uuid, $3::uuid, $4::uuid, $5::text, $6::text, $7::uuid[], $8::date, $9::int8, $10::timestamptz, $11::text, $12::text)
