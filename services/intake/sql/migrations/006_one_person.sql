-- Two pseudonyms may be one person (a newborn gets an ID, a number is corrected), and one number may be two people.

-- Every statement that two are one.  What a department's record states goes when the record is taken back; what a person
-- has called wrong stays, cancelled, so that the same record coming again does not bring it back.
create table person_link (
  n bigint generated always as identity primary key,
  from_person uuid not null,
  into_person uuid not null,
  dataset text,                           -- stated by a record of it; null: by a command
  key uuid,                               -- of that record
  cancelled boolean not null default false,
  at timestamptz not null default now(),
  check ((dataset is null) = (key is null))
);
create unique index person_link_by_record on person_link (dataset, key, from_person, into_person);
create index person_link_from on person_link (from_person);
create index person_link_into on person_link (into_person);

-- What follows from them: everybody who is one with others, the head with itself.
create table person_same (
  person uuid primary key,
  head uuid not null
);
create index person_same_by_head on person_same (head);

-- Records under one number that are another person's: of a dataset, of a department, or one record.
create table person_route (
  n bigint generated always as identity primary key,
  person uuid not null,                   -- whose number it is
  to_person uuid not null,
  dataset text,
  department text,
  key uuid,
  at timestamptz not null default now(),
  check (num_nonnulls(dataset, department) = 1 and (key is null or dataset is not null))
);
create index person_route_by_person on person_route (person);
