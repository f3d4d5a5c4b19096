-- load_day() -> the business day, no row before the first
SELECT day FROM business_day;
