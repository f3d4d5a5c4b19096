-- heads($1 text name) -> matter, seq, open
SELECT matter, seq, open FROM stream_head WHERE name = $1::text ORDER BY seq
