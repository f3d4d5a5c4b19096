-- protections_load($1 int8 up to this facts event, NULL: all) -> datasets that need the person's authorisation
SELECT dataset FROM (SELECT DISTINCT ON (dataset) dataset, protected FROM protection
                      WHERE $1::int8 IS NULL OR seq <= $1::int8
                      ORDER BY dataset, seq DESC) AS p
 WHERE protected ORDER BY dataset
