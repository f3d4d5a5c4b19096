-- load_silences($1 uuid[] households, $2 text[] matters) -> household, matter, until of those silenced
SELECT s.household, s.matter, s.until
  FROM unnest($1::uuid[], $2::text[]) AS t (household, matter)
  JOIN silence s ON s.household = t.household AND s.matter = t.matter AND NOT s.ended;
