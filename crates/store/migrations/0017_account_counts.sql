-- How many accounts a host has in each state, kept in step by the database itself: nobody counts a million rows for a page.
CREATE TABLE account_count (
    host  INTEGER NOT NULL REFERENCES host (id) ON DELETE CASCADE,
    state TEXT    NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (host, state)
) STRICT, WITHOUT ROWID;
INSERT INTO account_count (host, state, count) SELECT host, state, count(*) FROM account GROUP BY host, state;

CREATE TRIGGER account_comes AFTER INSERT ON account BEGIN
    INSERT INTO account_count (host, state, count) VALUES (NEW.host, NEW.state, 1)
        ON CONFLICT (host, state) DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER account_turns AFTER UPDATE OF state ON account WHEN OLD.state IS NOT NEW.state BEGIN
    UPDATE account_count SET count = count - 1 WHERE host = OLD.host AND state = OLD.state;
    INSERT INTO account_count (host, state, count) VALUES (NEW.host, NEW.state, 1)
        ON CONFLICT (host, state) DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER account_goes AFTER DELETE ON account BEGIN
    UPDATE account_count SET count = count - 1 WHERE host = OLD.host AND state = OLD.state;
END;

-- Who came lately.
CREATE INDEX account_by_time ON account (host, created) WHERE state = 'active';
