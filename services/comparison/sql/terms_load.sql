-- terms_load() -> every word with its number
SELECT term, word FROM term ORDER BY term
