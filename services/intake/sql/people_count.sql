-- people_count() -> people without a resident ID, pseudonyms that are one with another, pseudonyms split off
select (select count(*) from person p left join person_same s on s.person = p.pseudonym
         where p.kind is not null and p.kind <> 'split' and (s.head is null or s.head = p.pseudonym)),
       (select count(*) from person_same where person <> head),
       (select count(distinct to_person) from person_route)
