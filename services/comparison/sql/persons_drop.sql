-- persons_drop($1 uuid[] persons): in no household, and nothing is known of them any more
DELETE FROM person WHERE person = ANY ($1::uuid[])
