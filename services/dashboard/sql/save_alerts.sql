-- save_alerts($1 uuid[] alert, $2 int8[] version, $3 text[] state, $4 text[] level, $5 uuid[] household, $6 text[] region,
--   $7 text[] category, $8 text[] kind, $9 date[] opened, $10 date[] due, $11 int8[] overdue, $12 uuid[] lead,
--   $13 int8[] seq, $14 text[] data, $15 date[] date) -> alerts; the flows of their days with them
-- A change of topic is published twice with one version: it is counted once, and the later event is the one kept.
WITH heard AS (
    SELECT t.*, a.state AS state_before, a.version AS version_before
      FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::text[], $5::uuid[], $6::text[], $7::text[], $8::text[],
                  $9::date[], $10::date[], $11::bigint[], $12::uuid[], $13::bigint[], $14::text[], $15::date[])
           AS t (alert, version, state, level, household, region, category, kind, opened, due, overdue, lead, seq, data,
                 date)
      LEFT JOIN alert a USING (alert)
), versions AS (
    SELECT DISTINCT ON (alert, version) *
      FROM heard
     WHERE version_before IS NULL OR version > version_before
     ORDER BY alert, version, seq DESC
), flows AS (
    INSERT INTO flow AS o (day, what, region, kind, direction, level, opened, closed)
    SELECT v.date, 'alert', left(v.region, 9), v.kind, '', v.level,
           count(*) FILTER (WHERE v.version = 1), count(*) FILTER (WHERE v.state = 'closed')
      FROM versions v
     WHERE v.version = 1 OR v.state = 'closed'
     GROUP BY v.date, left(v.region, 9), v.kind, v.level
    ON CONFLICT (what, day, region, kind, direction, level)
    DO UPDATE SET opened = o.opened + excluded.opened, closed = o.closed + excluded.closed
), newest AS (
    SELECT DISTINCT ON (alert) *, min(seq) OVER (PARTITION BY alert) AS first_seq
      FROM heard
     WHERE version_before IS NULL OR version >= version_before
     ORDER BY alert, version DESC, seq DESC
)
INSERT INTO alert AS a (alert, version, state, level, household, region, category, kind, opened, due, overdue, lead,
                        first_seq, seq, data)
SELECT n.alert, n.version, n.state, n.level, n.household, n.region, n.category, n.kind, n.opened, n.due, n.overdue = 1,
       n.lead, n.first_seq, n.seq, n.data
  FROM newest n
ON CONFLICT (alert) DO UPDATE
   SET version = excluded.version, state = excluded.state, level = excluded.level, household = excluded.household,
       region = excluded.region, category = excluded.category, kind = excluded.kind, opened = excluded.opened,
       due = excluded.due, overdue = excluded.overdue, lead = excluded.lead, seq = excluded.seq, data = excluded.data;
