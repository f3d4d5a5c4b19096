-- rehash_persons($1 uuid[] pseudonyms, $2 bytea[] hashes, $3 integer key_version) -> one row each
update person p set id_hash = t.hash, key_version = $3
  from unnest($1::uuid[], $2::bytea[]) as t (pseudonym, hash)
 where p.pseudonym = t.pseudonym
