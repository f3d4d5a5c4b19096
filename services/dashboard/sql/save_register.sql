-- save_register($1 date day, $2 text[] region, $3 text[] category, $4 int8[] households, $5 int8[] people) -> counts
INSERT INTO register_count (day, region, category, households, people)
SELECT $1::date, t.region, t.category, t.households, t.people
  FROM unnest($2::text[], $3::text[], $4::bigint[], $5::bigint[]) AS t (region, category, households, people)
ON CONFLICT (day, region, category) DO UPDATE SET households = excluded.households, people = excluded.people;
