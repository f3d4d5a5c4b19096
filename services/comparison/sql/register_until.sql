-- register_until($1 date day) -> the next day on which an enrolment begins or ends, NULL when none does
SELECT min(b.day)
  FROM (SELECT valid_from AS day FROM enrolment WHERE valid_from > $1::date
         UNION ALL
        SELECT valid_to FROM enrolment WHERE valid_to > $1::date) b
