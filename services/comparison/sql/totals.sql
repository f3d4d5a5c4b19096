-- totals() -> households, persons, waiting persons, open findings, records that wait, first checks, checks again
SELECT (SELECT count(*) FROM household) AS households, (SELECT count(*) FROM person) AS persons,
       (SELECT count(*) FROM person WHERE household IS NULL) AS waiting, (SELECT count(*) FROM finding WHERE open) AS findings,
       (SELECT coalesce(sum(records), 0)::int8 FROM waiting) AS records,
       (SELECT count(*) FROM check_report WHERE earlier IS NULL) AS checks,
       (SELECT count(*) FROM check_report WHERE earlier IS NOT NULL) AS checks_again
