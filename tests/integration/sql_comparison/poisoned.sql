-- poisoned() -> records in quarantine
SELECT count(*) FROM poison
