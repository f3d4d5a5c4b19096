-- households_last() -> the greatest ordinal; 0: there is no household
SELECT coalesce(max(ordinal), 0) AS last FROM household
