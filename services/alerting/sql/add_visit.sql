-- add_visit($1 uuid alert, $2 int8 version, $3 date visited_on, $4 text[] visitors, $5 text result, $6 text[] needs,
--   $7 text note, $8 text recorded_by) -> one row; the note stays here
INSERT INTO visit (alert, version, visited_on, visitors, result, needs, note, recorded_by)
VALUES ($1::uuid, $2::bigint, $3::date, $4::text[], $5::text, $6::text[], $7::text, $8::text);
