-- A service owns one schema and sees no other.
revoke all on schema public from public;
select format('create schema if not exists %I authorization %I', :'role', :'role') \gexec
select format('alter role %I set search_path = %I', :'role', :'role') \gexec
select format('grant usage on schema %I to auditor', :'role') \gexec
