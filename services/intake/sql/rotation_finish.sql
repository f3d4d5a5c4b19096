-- rotation_finish($1 integer version) -> 1 row; a change that this one overtook ends with it
update rotation set finished = now() where version <= $1 and finished is null
