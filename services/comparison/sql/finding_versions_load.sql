-- finding_versions_load($1 uuid household, $2 timestamptz at, NULL: whenever) -> every version of its findings published by then, oldest
--   first
SELECT finding, version, seq, day, position, causation, data, open
  FROM finding_version
 WHERE household = $1::uuid AND ($2::timestamptz IS NULL OR at <= $2::timestamptz)
 ORDER BY seq
