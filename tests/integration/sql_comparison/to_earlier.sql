-- to_earlier(): all rows go to schema earlier, made by the migrations up to 016, in the order of ids as such rows came; the day that is
-- under way there has come to the fourth household.  From then on that is schema comparison.
DO $$
DECLARE
    t record;
BEGIN
    FOR t IN SELECT e.table_name, string_agg(format('%I', e.column_name), ', ' ORDER BY e.ordinal_position) AS columns
               FROM information_schema.columns e
               JOIN information_schema.columns c ON c.table_schema = 'comparison' AND c.table_name = e.table_name
                                                AND c.column_name = e.column_name AND c.data_type = e.data_type
              WHERE e.table_schema = 'earlier' AND e.table_name <> 'migration' AND e.is_identity = 'NO'
              GROUP BY e.table_name LOOP
        EXECUTE format('TRUNCATE earlier.%I CASCADE', t.table_name);
        EXECUTE format('INSERT INTO earlier.%I (%s) SELECT %s FROM comparison.%I ORDER BY 1', t.table_name, t.columns, t.columns, t.table_name);
    END LOOP;
    UPDATE earlier.clock SET after = (SELECT household FROM earlier.household ORDER BY household OFFSET 3 LIMIT 1);
    ALTER SCHEMA comparison RENAME TO later;
    ALTER SCHEMA earlier RENAME TO comparison;
END $$
