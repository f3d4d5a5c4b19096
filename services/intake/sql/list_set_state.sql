-- list_set_state($1 bigint list, $2 text state, $3 text reason, $4 bigint entries, $5 bigint would_end) -> 1 row
update list set state = $2, reason = $3, entries = $4, would_end = $5, changed = now() where n = $1
