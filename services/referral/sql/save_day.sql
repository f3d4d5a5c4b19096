-- save_day($1 date day) -> the business day moves forward, never back
INSERT INTO business_day (day) VALUES ($1::date)
ON CONFLICT (one) DO UPDATE SET day = excluded.day WHERE business_day.day < excluded.day;
