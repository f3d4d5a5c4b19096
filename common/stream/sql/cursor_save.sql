-- cursor_save($1 text stream, $2 bigint from_seq, $3 bigint to_seq, $4 bytea hash, $5 bigint[] seqs, $6 bytea[] hashes)
-- -> moved: 0 when the cursor does not stand at from_seq, and then nothing was logged
WITH moved AS (
    INSERT INTO cursor (stream, seq, hash)
    VALUES ($1::text, $3::bigint, $4::bytea)
    ON CONFLICT (stream) DO UPDATE SET seq = excluded.seq, hash = excluded.hash
    WHERE cursor.seq = $2::bigint
    RETURNING seq
), logged AS (
    INSERT INTO input (stream, seq, hash)
    SELECT $1::text, e.seq, e.hash
    FROM moved, unnest($5::bigint[], $6::bytea[]) WITH ORDINALITY AS e (seq, hash, n)
    ORDER BY e.n
)
SELECT count(*) AS moved FROM moved
