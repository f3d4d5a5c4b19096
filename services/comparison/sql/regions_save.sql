-- regions_save($1 text[] regions, $2 bytea[] packed)
INSERT INTO region AS r (region, packed)
SELECT n.region, n.packed FROM unnest($1::text[], $2::bytea[]) AS n (region, packed)
    ON CONFLICT (region) DO UPDATE SET packed = excluded.packed
