-- same_save($1 uuid[] persons, $2 uuid[] heads, $3 int8[] provisional, $4 uuid[] shifts or nil, $5 text[] sex, $6 date[] born, $7 int8 seq)
--   -> one row each, with its version
WITH told AS (
    SELECT t.person, t.head, t.provisional <> 0 AS provisional, nullif(t.shift, '00000000-0000-0000-0000-000000000000'::uuid) AS shift,
           t.sex, t.born
      FROM unnest($1::uuid[], $2::uuid[], $3::int8[], $4::uuid[], $5::text[], $6::date[]) AS t (person, head, provisional, shift, sex, born)),
now AS (
    INSERT INTO person_same AS s (person, head, provisional, shift, sex, born, seq)
    SELECT person, head, provisional, shift, sex, born, $7::int8 FROM told
        ON CONFLICT (person) DO UPDATE
       SET head = excluded.head, provisional = excluded.provisional, shift = excluded.shift, sex = excluded.sex,
           born = excluded.born, seq = excluded.seq)
INSERT INTO person_same_version (person, seq, head, provisional, shift, sex, born)
SELECT person, $7::int8, head, provisional, shift, sex, born FROM told
    ON CONFLICT (person, seq) DO UPDATE
   SET head = excluded.head, provisional = excluded.provisional, shift = excluded.shift, sex = excluded.sex, born = excluded.born
