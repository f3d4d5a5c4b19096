-- sum_items() -> number and sum of all items
SELECT count(*), coalesce(sum(n), 0)::bigint FROM item
