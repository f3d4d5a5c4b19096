-- same_any() -> is anybody one person with somebody else?
SELECT EXISTS (SELECT FROM person_same WHERE head <> person)
