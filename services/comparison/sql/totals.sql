-- totals() -> households, persons, waiting persons, open findings
SELECT (SELECT count(*) FROM household) AS households, (SELECT count(*) FROM person) AS persons,
       (SELECT count(*) FROM person WHERE household IS NULL) AS waiting, (SELECT count(*) FROM finding WHERE open) AS findings
