-- Hosts, accounts and how they came here. Every key begins with the host.
-- Times are milliseconds since 1970 in UTC.

CREATE TABLE host (
    id      INTEGER PRIMARY KEY,
    domain  TEXT    NOT NULL UNIQUE,
    created INTEGER NOT NULL,
    owned   INTEGER NOT NULL DEFAULT 0 CHECK (owned IN (0, 1)),
    options TEXT    NOT NULL
) STRICT;

CREATE TABLE account (
    id      INTEGER PRIMARY KEY,
    host    INTEGER NOT NULL REFERENCES host (id),
    name    TEXT    NOT NULL,
    looks   TEXT    NOT NULL,                      -- what the name looks like, for doubles
    role    TEXT    NOT NULL,
    state   TEXT    NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'disabled', 'deleted', 'erased')),
    since   INTEGER,                               -- when it left 'active'
    created INTEGER NOT NULL,
    invite  TEXT,                                  -- the id it came by; the row may be swept since
    inviter INTEGER REFERENCES account (id),
    depth   INTEGER NOT NULL DEFAULT 0,
    root    INTEGER REFERENCES account (id),
    CHECK ((state = 'active') = (since IS NULL)),
    UNIQUE (host, name)
) STRICT;
CREATE INDEX account_by_looks ON account (host, looks);
CREATE INDEX account_in_order ON account (host, id);
CREATE INDEX account_by_inviter ON account (host, inviter) WHERE inviter IS NOT NULL;
CREATE INDEX account_to_erase ON account (host, since) WHERE state = 'deleted';

-- Sealed with a key that is not in this file.
CREATE TABLE password_key (
    host    INTEGER NOT NULL REFERENCES host (id),
    account INTEGER NOT NULL REFERENCES account (id),
    kind    TEXT    NOT NULL,
    sealed  BLOB    NOT NULL,
    UNIQUE (host, account, kind)
) STRICT;
