-- same_links($1 uuid[] persons) -> from, into: what is stated of them
select distinct from_person, into_person from person_link where not cancelled and from_person = any($1)
