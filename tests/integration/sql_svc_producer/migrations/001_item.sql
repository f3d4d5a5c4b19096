-- Why: what commands of the test producer leave behind; nothing here forbids doing a thing twice, so that tests see it.
CREATE TABLE item (n bigint NOT NULL);
