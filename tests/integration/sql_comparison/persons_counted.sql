-- persons_counted() -> how many persons have a row
SELECT count(*) AS n FROM person
