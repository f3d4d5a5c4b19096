-- policy_files_load($1 text digest) -> names and bodies, the place's own first
SELECT name, body FROM policy_file WHERE digest = $1::text ORDER BY ordinal
