-- mark_vault_key($1 integer version, $2 uuid mark) -> 1 row
update vault_key set mark = $2 where version = $1
