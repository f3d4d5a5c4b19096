-- history_blocks() -> how many blocks the history has
SELECT pg_relation_size('fact_version') / current_setting('block_size')::int8
