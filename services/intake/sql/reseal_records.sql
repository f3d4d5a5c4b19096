-- reseal_records($1 bigint[] n, $2 bytea[] sealed, $3 integer key_version) -> one row each
update quarantine q set record = t.sealed, key_version = $3
  from unnest($1::bigint[], $2::bytea[]) as t (n, sealed)
 where q.n = t.n
