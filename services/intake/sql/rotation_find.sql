-- rotation_find($1 integer version)
--   -> of_persons, of_records, person_after, record_after, persons, records, whether it is finished
select of_persons, of_records, person_after, record_after, persons, records, finished is not null from rotation where version = $1
