-- same_drop($1 uuid[] persons) -> rows of those who stand alone now, or under another head
delete from person_same where person = any($1)
