-- After the migrations: `auditor` may read streams, cursors and input logs of every service, and nothing else.
select format('grant select on %I.%I to auditor', n.nspname, c.relname)
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
 where n.nspname in ('intake', 'comparison', 'alerting', 'referral', 'dashboard')
   and c.relname in ('stream', 'stream_head', 'cursor', 'input') and c.relkind in ('r', 'p') \gexec
