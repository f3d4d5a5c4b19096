-- migrate_record($1 text set, $2 int number, $3 text name) -> in the transaction of the migration itself
INSERT INTO migration (set, number, name) VALUES ($1::text, $2::int, $3::text)
