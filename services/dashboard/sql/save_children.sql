-- save_children($1 date day, $2 text[] class, $3 int8[] people) -> counts
INSERT INTO child_count (day, class, people)
SELECT $1::date, t.class, t.people
  FROM unnest($2::text[], $3::bigint[]) AS t (class, people)
ON CONFLICT (day, class) DO UPDATE SET people = excluded.people;
