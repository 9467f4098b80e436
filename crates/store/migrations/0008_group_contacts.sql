-- Groups whose members are each other's contacts, and which roster items a group is behind.

ALTER TABLE people_group ADD COLUMN contacts INTEGER NOT NULL DEFAULT 0 CHECK (contacts IN (0, 1));

-- 'made': the contact exists only through groups.
CREATE TABLE group_contact (
    host    INTEGER NOT NULL REFERENCES host (id),
    account INTEGER NOT NULL REFERENCES account (id),
    contact TEXT    NOT NULL,
    "group" TEXT    NOT NULL,
    made    INTEGER NOT NULL CHECK (made IN (0, 1)),
    PRIMARY KEY (host, account, contact, "group")
) STRICT, WITHOUT ROWID;
CREATE INDEX group_contact_by_group ON group_contact (host, "group", account);
CREATE INDEX group_contact_by_contact ON group_contact (host, contact, "group");
