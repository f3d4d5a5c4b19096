-- list_rejects($1 text dataset or null, $2 text department or null, $3 bigint after, $4 bigint limit, $5 text batch or null)
--   -> n, dataset, department, source, batch, index, code, pointer, message, at, record, key_version
select n, dataset, department, source, batch, index, code, pointer, message, at, record, key_version
  from quarantine
 where state = 'open' and n > $3 and ($1::text is null or dataset = $1) and ($2::text is null or department = $2)
   and ($5::text is null or batch = $5)
 order by n limit $4
