-- households_next($1 uuid[] households, $2 date[] next days): assessed, and nothing else changed
UPDATE household h SET next_day = n.next_day
  FROM unnest($1::uuid[], $2::date[]) AS n (household, next_day)
 WHERE h.household = n.household
