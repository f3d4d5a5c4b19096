-- item_change_at($1 tid[] where they stand, $2 int n): these rows
UPDATE item i SET n = $2::int FROM (SELECT unnest($1::tid[]) AS at) a WHERE i.ctid = a.at
