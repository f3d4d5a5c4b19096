-- regions_load() -> all places that hold facts
SELECT region, packed FROM region ORDER BY region
