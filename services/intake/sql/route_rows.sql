-- route_rows($1 uuid[] persons, $2 text dataset, $3 text department) -> person, to, key or null; later ones go before
select person, to_person, key from person_route
 where person = any($1) and (dataset = $2 or department = $3) order by n
