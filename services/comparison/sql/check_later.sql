-- check_later($1 uuid report) -> the reports that checked it again, oldest first
SELECT report, day, at FROM check_report WHERE earlier = $1::uuid ORDER BY at, report
