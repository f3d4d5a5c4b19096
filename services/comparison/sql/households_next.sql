-- households_next($1 int8[] ordinals, $2 date[] next days): assessed, and nothing else changed
UPDATE household h SET next_day = n.next_day
  FROM unnest($1::int8[], $2::date[]) AS n (ordinal, next_day)
 WHERE h.ordinal = n.ordinal
