-- rulings_any() -> whether people decided anything
SELECT EXISTS (SELECT FROM ruling) AS has
