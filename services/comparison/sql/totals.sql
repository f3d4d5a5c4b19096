-- totals() -> households, persons, waiting persons, open findings, records that wait
SELECT (SELECT count(*) FROM household) AS households, (SELECT count(*) FROM person) AS persons,
       (SELECT count(*) FROM person WHERE household IS NULL) AS waiting, (SELECT count(*) FROM finding WHERE open) AS findings,
       (SELECT coalesce(sum(records), 0)::int8 FROM waiting) AS records
