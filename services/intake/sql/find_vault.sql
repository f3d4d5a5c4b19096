-- find_vault($1 uuid[] pseudonyms) -> ordinal from 1, sealed, key_version
select t.ordinal, v.sealed, v.key_version
  from unnest($1::uuid[]) with ordinality as t (pseudonym, ordinal) join person_vault v using (pseudonym)
