-- command_find($1 text source, $2 text id) -> type, digest, reply; no row when the command is new
SELECT type, digest, reply FROM command_log WHERE source = $1::text AND id = $2::text
