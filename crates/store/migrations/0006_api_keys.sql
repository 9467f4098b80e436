-- Keys of the API. 'host' is 0 for a key of the whole server, so it points at no row.
-- 'hash' is made with a key that is not in this file; 'account' is whose key it is, NULL for the operator.
CREATE TABLE api_key (
    id         INTEGER PRIMARY KEY,
    host       INTEGER NOT NULL,
    public     TEXT    NOT NULL,
    hash       BLOB    NOT NULL,
    name       TEXT    NOT NULL,
    role       TEXT    NOT NULL,
    scopes     TEXT    NOT NULL,
    account    INTEGER REFERENCES account (id),
    created    INTEGER NOT NULL,
    expires    INTEGER,
    used       INTEGER,
    revoked    INTEGER,
    revoked_by TEXT,
    CHECK ((revoked IS NULL) = (revoked_by IS NULL)),
    UNIQUE (host, public)
) STRICT;
CREATE INDEX api_key_by_account ON api_key (host, account) WHERE account IS NOT NULL;
