-- Lists of invites by what became of them, kind, group and maker: a page costs the same however many there are.

ALTER TABLE invite ADD COLUMN renewed TEXT;          -- the id of the one that has its place
-- Noted to have expired, some at a time. Says nothing that 'expires' does not: it keeps lists apart.
ALTER TABLE invite ADD COLUMN lapsed INTEGER NOT NULL DEFAULT 0 CHECK (lapsed IN (0, 1));
ALTER TABLE invite ADD COLUMN fate TEXT GENERATED ALWAYS AS (
    CASE
        WHEN uses >= max_uses THEN CASE max_uses WHEN 1 THEN 'used' ELSE 'full' END
        WHEN revoked IS NOT NULL THEN 'withdrawn'
        WHEN lapsed THEN 'expired'
        ELSE 'waiting'
    END
) VIRTUAL;

-- The row number ends each index by itself. A link for a new password is listed by its kind only.
CREATE INDEX invite_listed ON invite (host) WHERE kind <> 'reset';
CREATE INDEX invite_by_fate ON invite (host, fate) WHERE kind <> 'reset';
CREATE INDEX invite_by_kind ON invite (host, kind);
CREATE INDEX invite_by_kind_and_fate ON invite (host, kind, fate);
CREATE INDEX invite_by_maker_and_fate ON invite (host, maker, fate);
-- For what is due: to be noted as expired, and to be forgotten.
CREATE INDEX invite_by_fate_and_end ON invite (host, fate, expires);
DROP INDEX invite_by_end;
CREATE INDEX invite_unused_by_end ON invite (host, expires) WHERE uses = 0;
CREATE INDEX invite_used_by_end ON invite (host, expires) WHERE uses > 0;

CREATE TABLE invite_group (
    host   INTEGER NOT NULL REFERENCES host (id),
    "group" TEXT   NOT NULL,                         -- its name; the group may be gone since
    invite INTEGER NOT NULL REFERENCES invite (id) ON DELETE CASCADE,
    PRIMARY KEY (host, "group", invite)
) STRICT, WITHOUT ROWID;
INSERT INTO invite_group SELECT DISTINCT v.host, g.value, v.id FROM invite v, json_each(v.groups) g;

CREATE INDEX account_by_invite ON account (host, invite) WHERE invite IS NOT NULL;
