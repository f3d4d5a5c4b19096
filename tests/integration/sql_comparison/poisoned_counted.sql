-- poisoned_counted() -> how many records are in quarantine
SELECT count(*) AS n FROM poison
