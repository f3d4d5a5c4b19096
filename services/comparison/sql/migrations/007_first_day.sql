-- Why: nothing is missed that was due long before the register began; so its first business day is kept.
ALTER TABLE clock ADD COLUMN first date;
UPDATE clock SET first = coalesce((SELECT min(day) FROM finding_version), day);
