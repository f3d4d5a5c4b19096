-- infinities() -> the ends of the ranges
SELECT $$infinity$$::date, $$infinity$$::timestamptz, NULL::date, NULL::bigint
