-- Invites and what became of them, groups, web sessions, and what is owed.

-- 'public' is the readable half of the token; the other half needs a key that is not in this file.
CREATE TABLE invite (
    id         INTEGER PRIMARY KEY,
    host       INTEGER NOT NULL REFERENCES host (id),
    public     TEXT    NOT NULL,
    key        INTEGER NOT NULL,
    kind       TEXT    NOT NULL,
    maker_kind TEXT    NOT NULL CHECK (maker_kind IN ('operator', 'server', 'account', 'newcomer')),
    maker      INTEGER REFERENCES account (id),
    subscribe  INTEGER NOT NULL CHECK (subscribe IN (0, 1)),
    created    INTEGER NOT NULL,
    expires    INTEGER NOT NULL,
    max_uses   INTEGER NOT NULL CHECK (max_uses > 0),
    uses       INTEGER NOT NULL DEFAULT 0,
    opened     INTEGER NOT NULL DEFAULT 0,
    name       TEXT,
    role       TEXT,
    groups     TEXT    NOT NULL DEFAULT '[]',
    note       TEXT,
    hello      TEXT,
    lang       TEXT,
    parent     TEXT,
    depth      INTEGER NOT NULL DEFAULT 0,
    revoked    INTEGER,
    revoked_by TEXT,
    CHECK (uses BETWEEN 0 AND max_uses),
    CHECK ((maker_kind = 'account') = (maker IS NOT NULL)),
    CHECK ((revoked IS NULL) = (revoked_by IS NULL)),
    UNIQUE (host, public)
) STRICT;
CREATE INDEX invite_in_order ON invite (host, id);
CREATE INDEX invite_by_maker ON invite (host, maker, id);
CREATE INDEX invite_by_name ON invite (host, name) WHERE name IS NOT NULL;
CREATE INDEX invite_by_end ON invite (host, expires);

-- Append-only. 'invite' is the id, not the row: the history outlives it.
CREATE TABLE invite_event (
    id     INTEGER PRIMARY KEY,
    host   INTEGER NOT NULL REFERENCES host (id),
    invite TEXT    NOT NULL,
    at     INTEGER NOT NULL,
    who    TEXT    NOT NULL,
    what   TEXT    NOT NULL
) STRICT;
CREATE INDEX invite_event_in_order ON invite_event (host, invite, id);

CREATE TABLE people_group (
    id      INTEGER PRIMARY KEY,
    host    INTEGER NOT NULL REFERENCES host (id),
    name    TEXT    NOT NULL,
    created INTEGER NOT NULL,
    UNIQUE (host, name)
) STRICT;

CREATE TABLE group_member (
    host    INTEGER NOT NULL REFERENCES host (id),
    "group" INTEGER NOT NULL REFERENCES people_group (id) ON DELETE CASCADE,
    account INTEGER NOT NULL REFERENCES account (id),
    UNIQUE (host, "group", account)
) STRICT;
CREATE INDEX group_member_by_account ON group_member (host, account);

CREATE TABLE web_session (
    id      INTEGER PRIMARY KEY,
    host    INTEGER NOT NULL REFERENCES host (id),
    account INTEGER NOT NULL REFERENCES account (id),
    hash    BLOB    NOT NULL,
    created INTEGER NOT NULL,
    expires INTEGER NOT NULL,
    seen    INTEGER NOT NULL,
    browser TEXT    NOT NULL,
    UNIQUE (host, hash)
) STRICT;
CREATE INDEX web_session_by_account ON web_session (host, account, id);

CREATE TABLE outbox (
    id   INTEGER PRIMARY KEY,
    host INTEGER NOT NULL REFERENCES host (id),
    due  INTEGER NOT NULL,
    job  TEXT    NOT NULL
) STRICT;
CREATE INDEX outbox_by_due ON outbox (host, due);
