-- finding_versions_load($1 uuid household) -> every version of its findings, oldest first
SELECT finding, version, seq, day, position, causation, data, open FROM finding_version WHERE household = $1::uuid ORDER BY seq
