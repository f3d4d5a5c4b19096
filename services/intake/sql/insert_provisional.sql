-- insert_provisional($1 bytea[] hashes, $2 uuid[] pseudonyms, $3 text[] kinds, $4 integer key_version) -> one row each
insert into person (id_hash, key_version, pseudonym, kind)
select hash, $4, pseudonym, kind from unnest($1::bytea[], $2::uuid[], $3::text[]) as t (hash, pseudonym, kind)
