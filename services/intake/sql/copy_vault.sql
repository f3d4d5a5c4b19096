-- copy_vault() -> what is sealed of people who are new: without the look for an older row
COPY person_vault (pseudonym, sealed, key_version) FROM STDIN (FORMAT binary)
