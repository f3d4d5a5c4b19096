-- save_findings($1 uuid[] finding, $2 int8[] version, $3 text[] state, $4 uuid[] household, $5 text[] region,
--   $6 text[] category, $7 text[] kind, $8 text[] direction, $9 date[] since, $10 text[] monthly_money,
--   $11 text[] enrolled_money, $12 text[] overpaid, $13 text[] margin, $14 int8[] seq, $15 text[] data,
--   $16 date[] date) -> findings; the flows of their days with them
-- A version is counted once, however often it is published.
WITH heard AS (
    SELECT t.*, f.finding IS NULL OR t.version > f.version AS is_new
      FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[], $9::date[],
                  $10::text[], $11::text[], $12::text[], $13::text[], $14::bigint[], $15::text[], $16::date[])
           AS t (finding, version, state, household, region, category, kind, direction, since, monthly_money,
                 enrolled_money, overpaid, margin, seq, data, date)
      LEFT JOIN finding f USING (finding)
), versions AS (
    SELECT DISTINCT ON (finding, version) * FROM heard WHERE is_new ORDER BY finding, version, seq
), flows AS (
    INSERT INTO flow AS o (day, what, region, kind, direction, level, opened, closed)
    SELECT v.date, 'finding', left(v.region, 9), v.kind, v.direction, '',
           count(*) FILTER (WHERE v.state = 'open'), count(*) FILTER (WHERE v.state = 'withdrawn')
      FROM versions v
     WHERE v.state <> 'changed'
     GROUP BY v.date, left(v.region, 9), v.kind, v.direction
    ON CONFLICT (what, day, region, kind, direction, level)
    DO UPDATE SET opened = o.opened + excluded.opened, closed = o.closed + excluded.closed
), newest AS (
    SELECT DISTINCT ON (finding) *, min(seq) OVER (PARTITION BY finding) AS first_seq
      FROM heard
     WHERE is_new
     ORDER BY finding, version DESC, seq DESC
)
INSERT INTO finding AS f (finding, version, state, household, region, category, kind, direction, since, monthly_money,
                          enrolled_money, overpaid, margin, opened_seq, seq, data)
SELECT n.finding, n.version, n.state, n.household, n.region, n.category, n.kind, n.direction, n.since, n.monthly_money,
       n.enrolled_money, n.overpaid, n.margin, n.first_seq, n.seq, n.data
  FROM newest n
ON CONFLICT (finding) DO UPDATE
   SET version = excluded.version, state = excluded.state, household = excluded.household, region = excluded.region,
       category = excluded.category, kind = excluded.kind, direction = excluded.direction, since = excluded.since,
       monthly_money = excluded.monthly_money, enrolled_money = excluded.enrolled_money, overpaid = excluded.overpaid,
       margin = excluded.margin, seq = excluded.seq, data = excluded.data;
