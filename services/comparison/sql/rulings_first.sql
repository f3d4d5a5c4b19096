-- rulings_first($1 uuid household, $2 int8 position, $3 date day) -> the last version of its findings before people decided anything
--   at this position on this day; NULL: they did not
SELECT min(after) FROM (
    SELECT after FROM ruling WHERE household = $1::uuid AND position = $2::int8 AND day = $3::date
     UNION ALL
    SELECT ended_after FROM ruling WHERE household = $1::uuid AND ended_position = $2::int8 AND ended_on = $3::date) AS told
