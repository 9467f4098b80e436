-- Archived messages on their way to a client that has not taken them yet. What stands here when a
-- database is opened was cut off by a crash, and waits for the owner's next client from then on.
CREATE TABLE on_its_way (
    host INTEGER NOT NULL REFERENCES host (id),
    id   INTEGER NOT NULL,              -- of the archive
    PRIMARY KEY (host, id)
) STRICT, WITHOUT ROWID;
