-- rotation_rest($1 integer version) -> hashes and sealed values that still need another key
select (select count(*) from person where key_version <> $1) + (select count(*) from person_vault where key_version <> $1)
     + (select count(*) from quarantine where key_version <> $1)
