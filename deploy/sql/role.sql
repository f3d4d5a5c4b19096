-- One role a service (and `auditor`, who verifies the chains); :role and :pass come from deploy/lib.sh.
select format('create role %I login', :'role') where not exists (select 1 from pg_roles where rolname = :'role') \gexec
select format('alter role %I login password %L', :'role', :'pass') \gexec
select format('grant connect on database plimsoll to %I', :'role') \gexec
