-- migrate_list($1 text set) -> number, name of what was applied, in order
SELECT number, name FROM migration WHERE set = $1::text ORDER BY number
