-- save_silence($1 uuid household, $2 text matter, $3 date until, $4 text reason, $5 text made_by, $6 date made_on) -> one row
INSERT INTO silence (household, matter, until, reason, made_by, made_on)
VALUES ($1::uuid, $2::text, $3::date, $4::text, $5::text, $6::date)
ON CONFLICT (household, matter) DO UPDATE
   SET until = excluded.until, reason = excluded.reason, made_by = excluded.made_by, made_on = excluded.made_on, ended = false;
