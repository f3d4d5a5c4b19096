-- retire_vault_keys($1 integer version) -> keys before it that nothing needs any more
update vault_key set retired = now() where version < $1 and retired is null
