-- links_of_records($1 text dataset, $2 uuid[] keys) -> n, key, from, into
select n, key, from_person, into_person from person_link where dataset = $1 and key = any($2) order by n
