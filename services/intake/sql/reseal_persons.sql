-- reseal_persons($1 uuid[] pseudonyms, $2 bytea[] sealed, $3 integer key_version) -> one row each; what it says is as old as before
update person_vault v set sealed = t.sealed, key_version = $3
  from unnest($1::uuid[], $2::bytea[]) as t (pseudonym, sealed)
 where v.pseudonym = t.pseudonym
