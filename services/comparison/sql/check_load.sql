-- check_load($1 uuid report) -> the report as it was given
SELECT household, person, category, region, digest, body FROM check_report WHERE report = $1::uuid
