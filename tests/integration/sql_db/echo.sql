-- echo($1 text t, $2 bigint i, $3 boolean b, $4 uuid u, $5 bytea y, $6 date d, $7 timestamptz z) -> the same, and small ints
SELECT $1::text, $2::bigint, $3::boolean, $4::uuid, $5::bytea, $6::date, $7::timestamptz,
       ($2::bigint % 100)::int, ($2::bigint % 100)::smallint, to_jsonb($1::text), $1::varchar
