-- links_cancel($1 uuid person) -> from, into of each statement about the person that stands no more
update person_link set cancelled = true where not cancelled and (from_person = $1 or into_person = $1)
returning from_person, into_person
