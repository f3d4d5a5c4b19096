-- insert_persons($1 bytea[] hashes, $2 uuid[] pseudonyms, $3 integer key_version) -> one row each
insert into person (id_hash, key_version, pseudonym)
select hash, $3, pseudonym from unnest($1::bytea[], $2::uuid[]) as t (hash, pseudonym)
