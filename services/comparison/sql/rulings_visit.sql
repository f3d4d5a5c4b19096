-- rulings_visit($1 uuid[] alerts, $2 uuid[] households, $3 uuid[] persons, $4 text[] categories, $5 date[] days of the visits,
--   NULL = it did not end with an application, $6 date business day) -> the households whose applications have changed
WITH told AS (
    SELECT DISTINCT ON (n.alert) n.*
      FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::date[]) WITH ORDINALITY
           AS n (alert, household, person, category, day, place)
     ORDER BY n.alert, n.place DESC
), ended AS (
    UPDATE ruling r
       SET known_until = now(), ended_on = $6::date,
           ended_position = (SELECT coalesce(max(seq), 0) FROM cursor WHERE stream = 'facts'),
           ended_after = (SELECT coalesce(max(v.seq), 0) FROM finding_version v WHERE v.household = r.household)
      FROM told t
     WHERE r.ruling = t.alert AND r.verb = 'applied' AND r.known_until IS NULL AND r.starts IS DISTINCT FROM t.day
    RETURNING r.ruling, r.household
), added AS (
    INSERT INTO ruling (ruling, household, person, verb, category, starts, day, position, after)
    SELECT t.alert, t.household, t.person, 'applied', t.category, t.day, $6::date,
           (SELECT coalesce(max(seq), 0) FROM cursor WHERE stream = 'facts'),
           (SELECT coalesce(max(v.seq), 0) FROM finding_version v WHERE v.household = t.household)
      FROM told t
     WHERE t.day IS NOT NULL
       AND NOT EXISTS (SELECT FROM ruling r
                        WHERE r.ruling = t.alert AND r.verb = 'applied' AND r.known_until IS NULL AND r.starts = t.day)
    RETURNING ruling, household
)
SELECT household FROM ended UNION SELECT household FROM added ORDER BY household
