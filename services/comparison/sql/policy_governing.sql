-- policy_governing($1 int8 position, $2 date day, $3 timestamptz at) -> digest of the text that governed by then, whether one of
--   that time is kept (else it is the first that is), whether authorisations counted; none when nothing was ever assessed.  NULL leaves a bound out; with a
--   position the day is the later one of $2 and the day on which the position was reached.
SELECT digest, governed, authorisation FROM (
    SELECT number, digest, authorisation,
           ($1::int8 IS NULL OR position <= $1::int8)
           AND ($2::date IS NULL OR day <= greatest($2::date, (SELECT e.day FROM facts_event e
                                                                WHERE e.seq <= $1::int8 ORDER BY e.seq DESC LIMIT 1)))
           AND ($3::timestamptz IS NULL OR at <= $3::timestamptz) AS governed
      FROM policy_in_force) AS p
 ORDER BY governed DESC, CASE WHEN governed THEN -number ELSE number END LIMIT 1
