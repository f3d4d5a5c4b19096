-- erase_person($1 uuid pseudonym) -> 1 row when the person was known: what is sealed goes with the hash that led to it
with sealed as (delete from person_vault where pseudonym = $1)
delete from person where pseudonym = $1
