-- links_between($1 uuid person, $2 uuid person) -> n, cancelled, whether a command stated it: either way round
select n, cancelled, dataset is null from person_link
 where (from_person = $1 and into_person = $2) or (from_person = $2 and into_person = $1) order by n
