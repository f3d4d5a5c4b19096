-- history() -> everything published, without times
SELECT concat_ws(' ', v.seq, v.finding, v.version, v.day, v.causation, v.data) AS line FROM finding_version v ORDER BY v.seq
