-- ordinals() -> households, and the persons and findings of each, by their ordinals
SELECT concat_ws(' ', lpad(ordinal::text, 6, '0'), what, id) AS line
  FROM (SELECT ordinal, 'household' AS what, household AS id FROM household
         UNION ALL SELECT ordinal, 'person', person FROM person
         UNION ALL SELECT ordinal, 'finding', finding FROM finding) AS r
 ORDER BY 1
