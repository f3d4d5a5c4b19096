-- write_vault($1 uuid[] pseudonyms, $2 bytea[] sealed, $3 integer key_version) -> one row each
insert into person_vault (pseudonym, sealed, key_version)
select pseudonym, sealed, $3 from unnest($1::uuid[], $2::bytea[]) as t (pseudonym, sealed)
on conflict (pseudonym) do update
   set sealed = excluded.sealed, key_version = excluded.key_version, updated = now()
