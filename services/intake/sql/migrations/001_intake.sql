-- Why: the door's own books.  A batch is one row; a record has a row only when it was rejected or belongs to a whole list.
-- No column holds personal data in plain text: identities are keyed hashes, everything else is sealed by the vault.

-- One row: which key file belongs to this database.  Another file would make every known person a new one.
create table vault_key (
  version integer primary key,
  fingerprint uuid not null
);

create table person (
  id_hash bytea primary key,              -- keyed BLAKE2b-128 of the document number
  key_version integer not null,
  pseudonym uuid not null unique
);

create table person_vault (
  pseudonym uuid primary key,
  sealed bytea not null,                  -- {"document","name","phone","address"}, bound to the pseudonym
  key_version integer not null,
  updated timestamptz not null default now()
);
alter table person_vault alter column sealed set storage external;

-- A batch and its receipt, whatever became of it; (source, dataset, id) is its identity for ever.
create table batch (
  source text not null,
  dataset text not null,
  id text not null,
  department text not null,
  digest uuid not null,                   -- keyed, over the bytes of `data`
  receipt text not null,
  at timestamptz not null default now(),
  accepted bigint not null,
  rejected bigint not null,
  seq_first bigint,                       -- facts events; null when nothing was journaled
  seq_last bigint,
  keys bytea not null,                    -- 16 bytes for each record that was put: what a retraction takes back
  list bigint,                            -- part of this whole list
  retracted timestamptz,
  primary key (source, dataset, id),
  check ((seq_first is null) = (seq_last is null))
);
alter table batch alter column keys set storage external;
create index batch_by_seq on batch (dataset, seq_first) where seq_first is not null;

-- How each feed stands, without counting batches.
create table feed (
  dataset text primary key,
  batches bigint not null,
  accepted bigint not null,
  rejected bigint not null,
  last_at timestamptz not null,
  last_seq bigint
);

create table quarantine (
  n bigint generated always as identity primary key,
  dataset text not null,
  department text not null,
  source text not null,
  batch text not null,
  index integer not null,
  code text not null,
  pointer text not null,
  message text not null,
  record bytea not null,                  -- sealed, bound to source, dataset, batch and index
  key_version integer not null,
  at timestamptz not null default now(),
  state text not null default 'open' check (state in ('open', 'dismissed'))
);
alter table quarantine alter column record set storage external;
create index quarantine_by_dataset on quarantine (dataset, n) where state = 'open';

-- Whole lists on their way in, and what became of them.
create table list (
  n bigint generated always as identity primary key,
  dataset text not null,
  snapshot text not null,
  scope text not null,
  as_of date not null,
  parts integer not null,
  count bigint not null,                  -- as declared
  total bigint,                           -- as declared, fen
  state text not null check (state in ('waiting', 'needs_confirmation', 'inconsistent', 'applied', 'discarded', 'superseded')),
  reason text,
  parts_in integer not null default 0,
  records bigint not null default 0,      -- as found, rejected ones included
  rejected bigint not null default 0,
  found_total bigint not null default 0,
  started timestamptz not null default now(),
  changed timestamptz not null default now(),
  unique (dataset, snapshot)
);
create index list_by_scope on list (dataset, scope, as_of);

create table list_part (
  list bigint not null references list,
  part integer not null,
  batch text not null,
  primary key (list, part)
);

create table list_stage (
  list bigint not null,
  part integer not null,
  index integer not null,
  key uuid not null,
  digest uuid not null,
  retract boolean not null,
  item text not null                      -- the record as it goes into a facts event: pseudonymous
);
create index list_stage_by_key on list_stage (list, key);

-- The list as last applied, for the datasets that come as whole lists.
create table list_entry (
  dataset text not null,
  key uuid not null,
  scope text not null,
  digest uuid not null,
  primary key (dataset, key)
);
create index list_entry_by_scope on list_entry (dataset, scope);
