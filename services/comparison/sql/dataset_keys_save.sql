-- dataset_keys_save($1 text[] datasets, $2 text[] what their keys name, $3 int8[] 1: versions are in the index)
INSERT INTO dataset_key (dataset, names, indexed)
SELECT DISTINCT d, n, i = 1 FROM unnest($1::text[], $2::text[], $3::int8[]) AS t (d, n, i)
    ON CONFLICT (dataset) DO UPDATE SET names = excluded.names, indexed = excluded.indexed
