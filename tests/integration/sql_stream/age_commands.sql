-- age_commands($1 int days) -> all of them older
UPDATE command_log SET at = at - make_interval(days => $1::int)
