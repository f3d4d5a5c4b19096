-- clock_write($1 date day, $2 date finished, $3 date target, $4 uuid after)
UPDATE clock SET day = $1::date, finished = $2::date, target = $3::date, after = $4::uuid
