-- Devices that can come back without a password (XEP-0484). Tokens are made of their nonce and a key that is not in
-- this file.

CREATE TABLE device (
    id                INTEGER PRIMARY KEY,
    host              INTEGER NOT NULL REFERENCES host (id),
    account           INTEGER NOT NULL REFERENCES account (id),
    agent             BLOB    NOT NULL,                -- the id its app made up for itself
    software          TEXT,
    name              TEXT,
    seen              INTEGER NOT NULL,
    ends              INTEGER NOT NULL,                -- when its last token ends
    current_nonce     BLOB,
    current_mechanism TEXT,
    current_issued    INTEGER,
    current_expires   INTEGER,
    current_count     INTEGER,
    new_nonce         BLOB,
    new_mechanism     TEXT,
    new_issued        INTEGER,
    new_expires       INTEGER,
    CHECK (current_nonce IS NOT NULL OR new_nonce IS NOT NULL),
    UNIQUE (host, account, agent)
) STRICT;
CREATE INDEX device_to_sweep ON device (host, ends);
