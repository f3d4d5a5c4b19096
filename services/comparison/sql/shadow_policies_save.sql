-- shadow_policies_save($1 text[] policies, $2 text[] digests, $3 date day): these and no others
WITH gone AS (
    DELETE FROM shadow WHERE policy <> ALL ($1::text[])
)
INSERT INTO shadow (policy, digest, since)
SELECT n.policy, n.digest, $3::date FROM unnest($1::text[], $2::text[]) AS n (policy, digest)
    ON CONFLICT (policy) DO UPDATE SET digest = excluded.digest, since = excluded.since WHERE shadow.digest <> excluded.digest
