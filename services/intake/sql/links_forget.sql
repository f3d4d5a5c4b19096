-- links_forget($1 uuid[] persons) -> statements about those who are erased, with what followed
with same as (delete from person_same where person = any($1)),
     route as (delete from person_route where person = any($1) or to_person = any($1))
delete from person_link where from_person = any($1) or into_person = any($1)
