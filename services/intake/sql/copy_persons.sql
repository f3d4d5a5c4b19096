-- copy_persons() -> people with a resident ID whom nobody knew
COPY person (id_hash, key_version, pseudonym) FROM STDIN (FORMAT binary)
