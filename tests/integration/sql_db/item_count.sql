-- item_count() -> how many
SELECT count(*) FROM item
