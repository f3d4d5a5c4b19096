-- command_expire($1 int days) -> as many rows as were older
DELETE FROM command_log WHERE at < now() - make_interval(days => $1::int)
