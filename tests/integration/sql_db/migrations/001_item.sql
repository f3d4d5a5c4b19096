-- Why: something to write to.
CREATE TABLE item (
    id int PRIMARY KEY,
    n  int NOT NULL CHECK (n > 0)
);
CREATE TABLE part (
    item int REFERENCES item (id) DEFERRABLE INITIALLY DEFERRED
);
