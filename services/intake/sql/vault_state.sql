-- vault_state($1 integer version) -> fingerprint of that version or null, keys known, any person, hashes of other versions
select (select fingerprint from vault_key where version = $1), (select count(*) from vault_key),
       exists (select from person), exists (select from person where key_version <> $1)
