-- rotation_records($1 bigint after, $2 bigint limit, $3 bigint bytes)
--   -> n, source, dataset, batch, index, record, key_version: no more than so many bytes, but one at least
select n, source, dataset, batch, index, record, key_version
  from (select q.*, sum(octet_length(record)) over (order by n) - octet_length(record) as before
          from (select * from quarantine where n > $1 order by n limit $2) q) t
 where before < $3
 order by n
