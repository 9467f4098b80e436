-- What accounts want kept of their messages, where they chose. The lists are JSON texts.
CREATE TABLE archive_prefs (
    host    INTEGER NOT NULL REFERENCES host (id),
    account INTEGER NOT NULL REFERENCES account (id),
    policy  TEXT    NOT NULL CHECK (policy IN ('always', 'never', 'roster')),
    always  TEXT    NOT NULL DEFAULT '[]',
    never   TEXT    NOT NULL DEFAULT '[]',
    PRIMARY KEY (host, account)
) STRICT, WITHOUT ROWID;
