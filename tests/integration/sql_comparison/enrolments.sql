-- enrolments() -> enrolments as rows
SELECT concat_ws(' ', coalesce(household::text, '-'), coalesce(person::text, '-'), category, code, region, valid_from,
                 coalesce(valid_to::text, '-'), amount, people) AS line
  FROM enrolment ORDER BY 1
