-- clock_write($1 date day, $2 bool working, $3 date target)
UPDATE clock SET day = $1::date, working = $2::bool, target = $3::date
