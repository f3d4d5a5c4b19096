-- read_alert_flow($1 date from, $2 date to, $3 text region) -> alerts opened, closed in [from, to]
SELECT coalesce(sum(opened), 0)::bigint AS opened, coalesce(sum(closed), 0)::bigint AS closed
  FROM flow
 WHERE what = 'alert' AND day BETWEEN $1::date AND $2::date AND starts_with(region, left($3::text, 9));
