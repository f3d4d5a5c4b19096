-- load_head() -> seq of the alert heard of last, 0 when there is none
SELECT coalesce(max(seq), 0)::bigint FROM alert;
