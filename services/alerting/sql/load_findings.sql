-- load_findings($1 uuid[] households, $2 text[] matters) -> every finding of these matters
SELECT f.finding, f.version, f.state, f.household, f.matter, f.kind, f.category, f.person, f.region, f.rule,
       f.monthly_money, f.level, f.grade, f.opened, f.due, f.seen, f.alert, f.alerts
  FROM unnest($1::uuid[], $2::text[]) AS t (household, matter)
  JOIN finding f ON f.household = t.household AND f.matter = t.matter
 ORDER BY f.opened, f.finding;
