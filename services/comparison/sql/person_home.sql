-- person_home($1 uuid person) -> the household that claims the person, NULL when none does
SELECT household FROM person WHERE person = $1::uuid
