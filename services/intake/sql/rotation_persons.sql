-- rotation_persons($1 uuid after or null, $2 bigint limit)
--   -> pseudonym, key_version of the hash, sealed or null, key_version of what is sealed
select p.pseudonym, p.key_version, v.sealed, v.key_version
  from person p left join person_vault v using (pseudonym)
 where p.pseudonym > coalesce($1, '00000000-0000-0000-0000-000000000000'::uuid)
 order by p.pseudonym limit $2
