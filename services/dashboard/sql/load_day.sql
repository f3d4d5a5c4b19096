-- load_day() -> the newest business day, or no row
SELECT day FROM day ORDER BY day DESC LIMIT 1;
