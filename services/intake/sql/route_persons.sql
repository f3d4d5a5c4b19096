-- route_persons() -> person: whose number has records of somebody else
select distinct person from person_route
