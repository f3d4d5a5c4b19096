-- late_schemas($1 text[] schemas) -> schema: those that exist and hold streams, in the order asked for
SELECT n.nspname::text AS schema
FROM pg_namespace n
JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = 'stream' AND c.relkind IN ('r', 'p')
WHERE n.nspname = ANY ($1::text[])
ORDER BY array_position($1::text[], n.nspname::text)
