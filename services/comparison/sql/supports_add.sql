-- supports_add($1 uuid[] supporters, $2 uuid[] supported): links of persons whose rows were dropped before
INSERT INTO support (supporter, supported)
SELECT n.supporter, n.supported FROM unnest($1::uuid[], $2::uuid[]) AS n (supporter, supported)
    ON CONFLICT (supporter, supported) DO NOTHING
