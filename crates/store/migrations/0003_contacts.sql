-- Rosters, requests, block lists and what an account keeps about itself.

-- One row per roster that was ever written. Removals up to 'floor' are forgotten.
CREATE TABLE roster (
    host    INTEGER NOT NULL REFERENCES host (id),
    account INTEGER NOT NULL REFERENCES account (id),
    version INTEGER NOT NULL,
    floor   INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (host, account)
) STRICT, WITHOUT ROWID;

-- 'sees': 0 no, 1 asked, 2 yes. 'gone' rows say what was removed, for versioning.
CREATE TABLE roster_item (
    host     INTEGER NOT NULL REFERENCES host (id),
    account  INTEGER NOT NULL REFERENCES account (id),
    contact  TEXT    NOT NULL,
    name     TEXT,
    groups   TEXT    NOT NULL DEFAULT '[]',
    sees     INTEGER NOT NULL CHECK (sees IN (0, 1, 2)),
    seen     INTEGER NOT NULL CHECK (seen IN (0, 1)),
    approved INTEGER NOT NULL CHECK (approved IN (0, 1)),
    version  INTEGER NOT NULL,
    gone     INTEGER NOT NULL DEFAULT 0 CHECK (gone IN (0, 1)),
    PRIMARY KEY (host, account, contact),
    CHECK (NOT (approved AND seen)),
    CHECK (NOT gone OR (name IS NULL AND sees = 0 AND NOT seen AND NOT approved))
) STRICT, WITHOUT ROWID;
CREATE INDEX roster_item_by_version ON roster_item (host, account, version);
CREATE INDEX roster_item_gone ON roster_item (host, account, version) WHERE gone;

CREATE TABLE roster_request (
    id      INTEGER PRIMARY KEY,
    host    INTEGER NOT NULL REFERENCES host (id),
    account INTEGER NOT NULL REFERENCES account (id),
    contact TEXT    NOT NULL,
    stanza  BLOB    NOT NULL,
    at      INTEGER NOT NULL,
    UNIQUE (host, account, contact)
) STRICT;

CREATE TABLE blocked (
    host    INTEGER NOT NULL REFERENCES host (id),
    account INTEGER NOT NULL REFERENCES account (id),
    jid     TEXT    NOT NULL,
    PRIMARY KEY (host, account, jid)
) STRICT, WITHOUT ROWID;

CREATE TABLE private_xml (
    host      INTEGER NOT NULL REFERENCES host (id),
    account   INTEGER NOT NULL REFERENCES account (id),
    namespace TEXT    NOT NULL,
    name      TEXT    NOT NULL,
    xml       BLOB    NOT NULL,
    UNIQUE (host, account, namespace, name)
) STRICT;

CREATE TABLE vcard (
    host    INTEGER NOT NULL REFERENCES host (id),
    account INTEGER NOT NULL REFERENCES account (id),
    xml     BLOB    NOT NULL,
    UNIQUE (host, account)
) STRICT;

CREATE TABLE last_seen (
    host    INTEGER NOT NULL REFERENCES host (id),
    account INTEGER NOT NULL REFERENCES account (id),
    at      INTEGER NOT NULL,
    status  TEXT,
    PRIMARY KEY (host, account)
) STRICT, WITHOUT ROWID;
