-- Requests that are done once, remembered for a day. 'host' is 0 for what is about the whole server; 'key' and
-- 'fingerprint' are hashes; 'made' is the id of what came of it, from whose row the answer is made again.
CREATE TABLE once (
    host        INTEGER NOT NULL,
    key         BLOB    NOT NULL,
    fingerprint BLOB    NOT NULL,
    made        TEXT    NOT NULL,
    at          INTEGER NOT NULL,
    UNIQUE (host, key)
) STRICT;
CREATE INDEX once_by_age ON once (host, at);
