-- A feed that stays away longer than its rhythm allows is told once, and once more when it is back.
alter table feed add column silent_since timestamptz;
