-- not_by_key() -> how many versions are not in the index by key
SELECT count(*) AS n FROM fact_version WHERE op = 8
