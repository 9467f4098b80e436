-- Messages, in order of arrival: rows are appended, never clustered by owner (measured: that is
-- three times slower). An id is never used twice, since clients page by it.

CREATE TABLE archive (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    host     INTEGER NOT NULL REFERENCES host (id),
    account  INTEGER NOT NULL REFERENCES account (id),
    peer     INTEGER NOT NULL,          -- a hash of the other's bare address
    at       INTEGER NOT NULL,          -- never less than the row before it of the same account
    archived INTEGER NOT NULL CHECK (archived IN (0, 1)),
    offline  INTEGER NOT NULL CHECK (offline IN (0, 1)),
    stanza   BLOB    NOT NULL,
    CHECK (archived OR offline)
) STRICT;
CREATE INDEX archive_by_time ON archive (host, account, at);
CREATE INDEX archive_by_peer ON archive (host, account, peer);
CREATE INDEX archive_waiting ON archive (host, account) WHERE offline;

-- How far a counted stream (XEP-0198) is safe on the disk.
CREATE TABLE stream_count (
    host   INTEGER NOT NULL REFERENCES host (id),
    stream TEXT    NOT NULL,
    h      INTEGER NOT NULL,
    at     INTEGER NOT NULL,
    PRIMARY KEY (host, stream)
) STRICT, WITHOUT ROWID;
CREATE INDEX stream_count_by_time ON stream_count (host, at);
