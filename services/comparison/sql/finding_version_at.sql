-- finding_version_at($1 uuid household, $2 int8 seq in stream findings) -> position, day, seq that is kept of it; none: it is
--   no version of its findings.  One that came with a move to another place was published there as well, right after: that one is kept.
SELECT v.position, v.day, v.seq
  FROM finding_version v
 WHERE v.household = $1::uuid
   AND (v.seq = $2::int8
        OR (v.seq = $2::int8 + 1
            AND EXISTS (SELECT FROM finding_version before
                         WHERE before.finding = v.finding AND before.version = v.version - 1
                           AND before.data::json->>'region' <> v.data::json->>'region')))
 ORDER BY v.seq
 LIMIT 1
