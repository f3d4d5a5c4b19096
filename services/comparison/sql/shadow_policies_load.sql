-- shadow_policies_load() -> policies evaluated in the shadow, under which text, since when, and their findings
SELECT s.policy, s.digest, s.since, (SELECT count(*) FROM shadow_finding f WHERE f.policy = s.policy) AS findings
  FROM shadow s ORDER BY s.policy
