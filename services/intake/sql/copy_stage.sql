-- copy_stage() -> records of one part of a whole list
COPY list_stage (list, part, index, key, digest, retract, item) FROM STDIN (FORMAT binary)
