-- command_save($1 text source, $2 text id, $3 text type, $4 bytea digest, $5 bytea reply) -> 1 row
INSERT INTO command_log (source, id, type, digest, reply)
VALUES ($1::text, $2::text, $3::text, $4::bytea, $5::bytea)
