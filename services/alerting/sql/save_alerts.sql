-- save_alerts($1 uuid[] alert, $2 int8[] version, $3 text[] state, $4 text[] level, $5 int8[] overdue, $6 uuid[] household,
--   $7 text[] matter, $8 text[] region, $9 text[] category, $10 text[] kind, $11 text[] desk, $12 date[] opened,
--   $13 date[] due, $14 text[] assignee, $15 date[] closed_on, $16 text[] closed_reason, $17 uuid[] correlation,
--   $18 text[] visit, $19 text[] needs, $20 text[] visit_level, $21 date[] snoozed_until) -> upserted rows
-- Closed ones come first in the arrays: the unique index on open matters is checked row by row.
INSERT INTO alert AS a (alert, version, state, level, overdue, household, matter, region, category, kind, desk, opened, due,
                        assignee, closed_on, closed_reason, correlation, visit, needs, visit_level, snoozed_until)
SELECT t.alert, t.version, t.state, t.level, t.overdue = 1, t.household, t.matter, t.region, t.category, t.kind, t.desk,
       t.opened, t.due, t.assignee, t.closed_on, t.closed_reason, t.correlation, t.visit, t.needs, t.visit_level,
       t.snoozed_until
  FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::text[], $5::bigint[], $6::uuid[], $7::text[], $8::text[],
              $9::text[], $10::text[], $11::text[], $12::date[], $13::date[], $14::text[], $15::date[], $16::text[],
              $17::uuid[], $18::text[], $19::text[], $20::text[], $21::date[])
       AS t (alert, version, state, level, overdue, household, matter, region, category, kind, desk, opened, due, assignee,
             closed_on, closed_reason, correlation, visit, needs, visit_level, snoozed_until)
ON CONFLICT (alert) DO UPDATE
   SET version = excluded.version, state = excluded.state, matter = excluded.matter, level = excluded.level, overdue = excluded.overdue,
       region = excluded.region, category = excluded.category, kind = excluded.kind, desk = excluded.desk,
       due = excluded.due, assignee = excluded.assignee, closed_on = excluded.closed_on,
       closed_reason = excluded.closed_reason, visit = excluded.visit, needs = excluded.needs,
       visit_level = excluded.visit_level, snoozed_until = excluded.snoozed_until;
