-- Why: a client that lost a reply sends the same command again and must get the same reply, not a second effect.
-- digest tells the same content from another under the same id; rows are kept for seven days.
CREATE TABLE command_log (
    source text  NOT NULL,
    id     text  NOT NULL,
    type   text  NOT NULL,
    digest bytea NOT NULL CHECK (octet_length(digest) = 32),
    reply  bytea NOT NULL,
    at     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (source, id)
);
CREATE INDEX command_log_at ON command_log (at);
