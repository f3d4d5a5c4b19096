-- region_told($1 uuid household, $2 int8 position) -> region: where it lived when the last of its findings by then was published; no row:
--   there was none
SELECT data::json->>'region' AS region
  FROM finding_version
 WHERE household = $1::uuid AND position <= $2::int8
 ORDER BY seq DESC
 LIMIT 1
