-- policy_files_add($1 text digest, $2 text[] names, $3 bytea[] bodies): the files of a text, kept once
INSERT INTO policy_file (digest, ordinal, name, body)
SELECT $1::text, f.ordinal::int4, f.name, f.body
  FROM unnest($2::text[], $3::bytea[]) WITH ORDINALITY AS f (name, body, ordinal)
    ON CONFLICT (digest, ordinal) DO NOTHING
