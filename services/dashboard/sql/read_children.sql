-- read_children($1 date day) -> class, people
SELECT class, people FROM child_count WHERE day = $1::date ORDER BY class;
