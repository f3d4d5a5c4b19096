-- Why: whoever applies is checked, and what was told then is shown again to the same bytes, also after an objection.

-- A report as it was given.  `earlier`: the report that was checked again.
CREATE TABLE check_report (
    report    uuid PRIMARY KEY,
    earlier   uuid REFERENCES check_report,
    household uuid NOT NULL,
    person    uuid,
    category  text,
    region    text NOT NULL,
    people    uuid[] NOT NULL, -- members and legal supporters
    day       date NOT NULL,   -- business day
    position  int8 NOT NULL,   -- the last facts event that had been applied
    at        timestamptz NOT NULL,
    digest    text NOT NULL,   -- BLAKE2b-256 of `body`
    body      text NOT NULL
);
CREATE INDEX check_report_day ON check_report (day);
CREATE INDEX check_report_earlier ON check_report (earlier) WHERE earlier IS NOT NULL;

-- Who had a report made, who looked at it and who objected, and why.  Nothing is overwritten; it is written before the answer.
CREATE TABLE check_act (
    act    uuid PRIMARY KEY,  -- the request
    report uuid NOT NULL REFERENCES check_report,
    what   text NOT NULL CHECK (what IN ('checked', 'shown', 'objected')),
    at     timestamptz NOT NULL,
    day    date NOT NULL,
    actor  text NOT NULL,
    key    text NOT NULL,
    reason text
);
CREATE INDEX check_act_report ON check_act (report);

-- The last event of each dataset that was applied.
CREATE TABLE dataset_time (
    dataset  text PRIMARY KEY,
    seq      int8 NOT NULL,
    received date,             -- business day on which intake received it
    at       timestamptz NOT NULL
);
INSERT INTO dataset_time (dataset, seq, received, at)
SELECT t.word, v.seq, e.received, e.at
  FROM (SELECT dataset, max(seq) AS seq FROM fact_version GROUP BY dataset) v
  JOIN term t ON t.term = v.dataset
  JOIN facts_event e ON e.seq = v.seq;
