-- enrolments_copy(): the enrolments of holders whose rows were dropped before
COPY enrolment (holder, household, person, category, code, region, valid_from, valid_to, amount, people)
FROM STDIN (FORMAT binary)
