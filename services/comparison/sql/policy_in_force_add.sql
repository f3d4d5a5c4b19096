-- policy_in_force_add($1 int8 number, $2 text digest, $3 int8 position, $4 date day, $5 bool authorisation)
INSERT INTO policy_in_force (number, digest, position, day, authorisation, at)
VALUES ($1::int8, $2::text, $3::int8, $4::date, $5::bool, now())
