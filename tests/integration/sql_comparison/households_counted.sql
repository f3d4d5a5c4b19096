-- households_counted() -> how many households there are
SELECT count(*) AS n FROM household
