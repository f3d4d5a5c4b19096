COPY list_stage (list, part, index, key, digest, retract, item) FROM STDIN (FORMAT binary)
