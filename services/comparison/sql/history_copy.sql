-- history_copy(): what records did to holders
COPY fact_version (seq, idx, dataset, op, key, holder, of_household, region, body, chunk) FROM STDIN (FORMAT binary)
