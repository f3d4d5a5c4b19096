-- insert_vault_key($1 integer version, $2 uuid fingerprint) -> 1 row
insert into vault_key (version, fingerprint) values ($1, $2)
