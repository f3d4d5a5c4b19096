-- dataset_keys_load() -> of each dataset what its keys name in versions that are not in the index by key ('': there are none), and
--   whether there are others
SELECT dataset, names, indexed FROM dataset_key ORDER BY dataset
