-- rotation_step($1 integer version, $2 uuid person_after, $3 bigint record_after, $4 bigint persons, $5 bigint records) -> 1 row
update rotation set person_after = $2, record_after = $3, persons = $4, records = $5 where version = $1
