-- terms_add($1 int8[] numbers, $2 text[] words): a number never changes its word
INSERT INTO term (term, word)
SELECT n::int4, w FROM unnest($1::int8[], $2::text[]) AS t (n, w)
    ON CONFLICT (term) DO NOTHING
