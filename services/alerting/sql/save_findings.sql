-- save_findings($1 uuid[] finding, $2 int8[] version, $3 text[] state, $4 uuid[] household, $5 text[] matter, $6 text[] kind,
--   $7 text[] category, $8 uuid[] person, $9 text[] region, $10 text[] rule, $11 text[] monthly_money, $12 text[] level,
--   $13 text[] grade, $14 date[] opened, $15 date[] due, $16 int8[] seen, $17 uuid[] alert, $18 int8[] alerts) -> upserted rows
INSERT INTO finding AS f (finding, version, state, household, matter, kind, category, person, region, rule, monthly_money,
                          level, grade, opened, due, seen, alert, alerts)
SELECT t.finding, t.version, t.state, t.household, t.matter, t.kind, t.category, t.person, t.region, t.rule,
       t.monthly_money, t.level, t.grade, t.opened, t.due, t.seen = 1, t.alert, t.alerts
  FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::uuid[], $9::text[],
              $10::text[], $11::text[], $12::text[], $13::text[], $14::date[], $15::date[], $16::bigint[], $17::uuid[],
              $18::bigint[])
       AS t (finding, version, state, household, matter, kind, category, person, region, rule, monthly_money, level, grade,
             opened, due, seen, alert, alerts)
ON CONFLICT (finding) DO UPDATE
   SET version = excluded.version, state = excluded.state, matter = excluded.matter, kind = excluded.kind, category = excluded.category,
       person = excluded.person, region = excluded.region, rule = excluded.rule, monthly_money = excluded.monthly_money,
       level = excluded.level, grade = excluded.grade, opened = excluded.opened, due = excluded.due, seen = excluded.seen,
       alert = excluded.alert, alerts = excluded.alerts;
