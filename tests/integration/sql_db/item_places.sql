-- item_places($1 int first, $2 int last) -> where these rows stand, by id
SELECT id, ctid FROM item WHERE id BETWEEN $1::int AND $2::int ORDER BY id
