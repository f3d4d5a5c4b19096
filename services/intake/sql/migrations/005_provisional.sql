-- People without a resident ID are told by another document, or by a number that one department gave them.
alter table person add column kind text;                -- of that document; null: a resident ID
create index person_provisional on person (kind) where kind is not null;
