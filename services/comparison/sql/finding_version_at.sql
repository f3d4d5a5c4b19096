-- finding_version_at($1 uuid household, $2 int8 seq in stream findings) -> position, day; none: it is no version of its findings
SELECT position, day FROM finding_version WHERE household = $1::uuid AND seq = $2::int8
