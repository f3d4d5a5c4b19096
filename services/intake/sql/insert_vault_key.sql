-- insert_vault_key($1 integer version, $2 uuid fingerprint, $3 uuid mark) -> 1 row
insert into vault_key (version, fingerprint, mark) values ($1, $2, $3)
