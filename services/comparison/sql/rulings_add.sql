-- rulings_add($1 uuid ruling, $2 uuid household, $3 uuid person, $4 text verb, $5 text category, $6 date starts, $7 date ends,
--   $8 text reason, $9 text conference, $10 text actor, $11 date day)
INSERT INTO ruling (ruling, household, person, verb, category, starts, ends, reason, conference, actor, day, position, after)
SELECT $1::uuid, $2::uuid, $3::uuid, $4::text, $5::text, $6::date, $7::date, $8::text, $9::text, $10::text, $11::date,
       (SELECT coalesce(max(seq), 0) FROM cursor WHERE stream = 'facts'),
       (SELECT coalesce(max(seq), 0) FROM finding_version WHERE household = $2::uuid)
