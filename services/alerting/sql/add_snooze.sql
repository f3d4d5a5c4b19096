-- add_snooze($1 uuid alert, $2 int8 version, $3 date until, $4 text reason, $5 text made_by) -> one row
INSERT INTO snooze (alert, version, until, reason, made_by)
VALUES ($1::uuid, $2::bigint, $3::date, $4::text, $5::text);
