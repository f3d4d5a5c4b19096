-- to_date($1 text value) -> refuses what is none
SELECT $1::text::date
