-- What accounts publish about themselves (XEP-0163).

-- 'config' is JSON: the fields that are not as they are by default, and who may read whatever the model. 'items' and
-- 'bytes' count what 'pep_item' holds of the node, so that bounds are judged without reading it.
CREATE TABLE pep_node (
    id      INTEGER PRIMARY KEY,
    host    INTEGER NOT NULL REFERENCES host (id),
    account INTEGER NOT NULL REFERENCES account (id),
    name    TEXT    NOT NULL,
    items   INTEGER NOT NULL DEFAULT 0 CHECK (items >= 0),
    bytes   INTEGER NOT NULL DEFAULT 0 CHECK (bytes >= 0),
    config  TEXT    NOT NULL,                    -- last, as it may be long and the counts are read with every act
    UNIQUE (host, account, name)
) STRICT;

-- 'id' is the order of publication: an item that is published again gets a new one.
CREATE TABLE pep_item (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    host    INTEGER NOT NULL REFERENCES host (id),
    account INTEGER NOT NULL REFERENCES account (id),
    node    INTEGER NOT NULL,
    name    TEXT    NOT NULL,
    payload BLOB,
    bytes   INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    UNIQUE (host, account, node, name)
) STRICT;
CREATE INDEX pep_item_by_order ON pep_item (host, account, node, id);
