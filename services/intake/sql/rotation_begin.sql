-- rotation_begin($1 integer version) -> 1 row
insert into rotation (version, of_persons, of_records)
select $1, (select count(*) from person where key_version <> $1), (select count(*) from quarantine where key_version <> $1)
