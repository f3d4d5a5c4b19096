-- check_act($1 uuid request, $2 uuid report, $3 text what, $4 timestamptz at, $5 date business day, $6 text actor, $7 text key,
--   $8 text reason)
INSERT INTO check_act (act, report, what, at, day, actor, key, reason)
VALUES ($1::uuid, $2::uuid, $3::text, $4::timestamptz, $5::date, $6::text, $7::text, $8::text)
