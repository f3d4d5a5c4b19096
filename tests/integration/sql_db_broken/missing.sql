-- missing() -> from a table that does not exist
SELECT 1 FROM absent
