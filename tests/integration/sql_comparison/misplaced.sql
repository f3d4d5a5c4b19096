-- misplaced() -> how many persons and findings do not have the ordinal of their household, and how many ordinals nobody has
SELECT (SELECT count(*) FROM person p LEFT JOIN household h USING (household) WHERE p.ordinal IS DISTINCT FROM h.ordinal)
     + (SELECT count(*) FROM finding f LEFT JOIN household h USING (household) WHERE f.ordinal IS DISTINCT FROM h.ordinal)
     + (SELECT coalesce(max(ordinal), 0) - count(*) FROM household) AS n
