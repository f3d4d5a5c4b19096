-- The vault's key changes while the door is open.  A key of the file may go only when its row here is retired.
alter table vault_key add column mark uuid;             -- keyed, of the key itself; null: taken before marks were
alter table vault_key add column retired timestamptz;   -- nothing is hashed or sealed with it any more

-- One row for each change: where the walk over people (by pseudonym) and rejected records (by number) stands.
create table rotation (
  version integer primary key,            -- the key that everything goes over to
  started timestamptz not null default now(),
  of_persons bigint not null,             -- at the start
  of_records bigint not null,
  person_after uuid,
  record_after bigint not null default 0,
  persons bigint not null default 0,      -- done
  records bigint not null default 0,
  finished timestamptz
);
