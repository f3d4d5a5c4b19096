-- enrolments_drop($1 uuid[] holders)
DELETE FROM enrolment WHERE holder = ANY ($1::uuid[])
