-- Where clients want to be woken (XEP-0357), the oldest first. 'options' is a form that goes along with each notification;
-- whoever knows its secret can wake that client, and nothing else. 'request' is the sign-in it belongs to, while this
-- process lives.
CREATE TABLE push (
    id       INTEGER PRIMARY KEY,
    host     INTEGER NOT NULL REFERENCES host (id),
    account  INTEGER NOT NULL REFERENCES account (id),
    key      INTEGER NOT NULL,
    service  TEXT    NOT NULL,
    node     TEXT    NOT NULL,
    resource TEXT    NOT NULL,
    options  BLOB,
    request  INTEGER NOT NULL,
    at       INTEGER NOT NULL,
    failing  INTEGER,                              -- since when the service takes nothing
    UNIQUE (host, account, key),
    UNIQUE (host, account, service, node)
) STRICT;
