-- runs_add($1 text entry, $2 date day, $3 int8 assessed, $4 int8 opened, $5 int8 changed, $6 int8 withdrawn, $7 bool within, $8 bool done)
INSERT INTO comparison_run AS r (entry, day, assessed, opened, changed, withdrawn, within, done)
VALUES ($1::text, $2::date, $3::int8, $4::int8, $5::int8, $6::int8, $7::bool, $8::bool)
    ON CONFLICT (entry, day) DO UPDATE
   SET assessed = r.assessed + excluded.assessed, opened = r.opened + excluded.opened, changed = r.changed + excluded.changed,
       withdrawn = r.withdrawn + excluded.withdrawn, within = excluded.within, done = excluded.done
