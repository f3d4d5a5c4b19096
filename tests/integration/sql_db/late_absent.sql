-- late_absent() -> from a table that is not there
SELECT 1 FROM absent
