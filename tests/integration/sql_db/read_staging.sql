-- read_staging() -> all columns, by i8
SELECT t, i8, i4, b, u, y, d, z FROM staging ORDER BY i8
