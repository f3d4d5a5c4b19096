-- household_visits($1 uuid household) -> alert, version, visited_on, visitors, result, needs, has_note, recorded_by, oldest first
SELECT v.alert, v.version, v.visited_on, array_to_string(v.visitors, ','), v.result, array_to_string(v.needs, ','),
       v.note IS NOT NULL, v.recorded_by
  FROM visit v
  JOIN alert a ON a.alert = v.alert
 WHERE a.household = $1::uuid
 ORDER BY v.visited_on, v.alert, v.version;
