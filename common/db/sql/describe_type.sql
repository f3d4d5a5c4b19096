-- describe_type($1 text name, $2 oid type) -> same, real: is $2 the type called $1, and what is it called
SELECT coalesce(to_regtype($1::text) = $2::oid, false) AS same, format_type($2::oid, NULL) AS real
