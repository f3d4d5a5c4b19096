-- runs_last() -> the last full comparison of each entry of the schedule
SELECT DISTINCT ON (entry) entry, day, assessed, opened, changed, withdrawn, within, done
  FROM comparison_run ORDER BY entry, day DESC
