-- policy_last() -> number and digest of the text in force, none before the first assessment
SELECT number, digest FROM policy_in_force ORDER BY number DESC LIMIT 1
