-- The records of a batch, which COPY has put into the temporary table `staging`; the households that they touch, in `touched`.
WITH home AS MATERIALIZED (
    SELECT s.*, p.household FROM staging s JOIN opponent.person p USING (person)
), record AS (
    INSERT INTO opponent.fact AS f (key, person, household, value, from_day, to_day, kind)
    SELECT key, person, household, value, from_day, to_day, kind FROM home
        ON CONFLICT (key) DO UPDATE
       SET person = excluded.person, household = excluded.household, value = excluded.value, from_day = excluded.from_day,
           to_day = excluded.to_day, kind = excluded.kind
)
INSERT INTO touched SELECT DISTINCT household FROM home
