-- vault_keys() -> version, fingerprint, mark or null, whether it is retired
select version, fingerprint, mark, retired is not null from vault_key order by version
