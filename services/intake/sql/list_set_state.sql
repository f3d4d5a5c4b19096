-- list_set_state($1 bigint list, $2 text state, $3 text reason) -> 1 row
update list set state = $2, reason = $3, changed = now() where n = $1
