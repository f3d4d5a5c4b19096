-- Why: two pseudonyms may be one person.  Facts stay with the pseudonym under which they came; who is one is kept here, with
-- every earlier state, and read together.

-- Everybody of whom intake has told: as it stands now.  `head` stands for the person, itself for who is nobody else.
CREATE TABLE person_same (
    person      uuid PRIMARY KEY,
    head        uuid NOT NULL,
    provisional bool NOT NULL,
    shift       uuid,           -- XORed with a record's key: the key under the head's number
    sex         text,           -- what the head's resident ID tells, of who was listed without one
    born        date,
    seq         int8 NOT NULL
);
CREATE INDEX person_same_head ON person_same (head) WHERE head <> person;

-- The same as it stood from each position on.
CREATE TABLE person_same_version (
    person      uuid NOT NULL,
    seq         int8 NOT NULL,
    head        uuid NOT NULL,
    provisional bool NOT NULL,
    shift       uuid,
    sex         text,
    born        date,
    PRIMARY KEY (person, seq)
);
CREATE INDEX person_same_version_head ON person_same_version (head);
