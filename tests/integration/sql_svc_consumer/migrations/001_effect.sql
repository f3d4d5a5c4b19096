-- Why: one row for each effect of an applied record; no key, so that an effect taking place twice is seen.
CREATE TABLE effect (seq bigint NOT NULL, record bigint NOT NULL, n bigint NOT NULL CHECK (n <> 666));
