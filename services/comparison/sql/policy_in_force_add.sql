-- policy_in_force_add($1 int8 number, $2 text digest, $3 int8 position, $4 date day, $5 timestamptz at, $6 bool authorisation)
INSERT INTO policy_in_force (number, digest, position, day, at, authorisation)
VALUES ($1::int8, $2::text, $3::int8, $4::date, $5::timestamptz, $6::bool)
