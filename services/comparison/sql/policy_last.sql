-- policy_last() -> number and digest of the text in force, whether authorisations count; none before the first assessment
SELECT number, digest, authorisation FROM policy_in_force ORDER BY number DESC LIMIT 1
