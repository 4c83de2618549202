-- Letters to be sent. kind: forgot (somebody asks for a new password, and nobody has looked whose address it is), or what
-- the letter is. facts: what it tells, with a link; erased once the letter is sent or given up. Whose turn it is to send
-- holds a letter until next_try_at.
CREATE TABLE outbox (
    id BLOB NOT NULL PRIMARY KEY,
    workspace_id BLOB REFERENCES workspaces (id),
    user_id BLOB,
    kind TEXT NOT NULL,
    address TEXT NOT NULL,
    facts TEXT CHECK (facts IS NULL OR json_valid(facts)),
    created_at INTEGER NOT NULL,
    next_try_at INTEGER NOT NULL,
    give_up_at INTEGER NOT NULL,
    tries INTEGER NOT NULL,
    sent_at INTEGER,
    failed_at INTEGER,
    error TEXT,
    FOREIGN KEY (workspace_id, user_id) REFERENCES users (workspace_id, id)
) STRICT;
CREATE INDEX outbox_due ON outbox (next_try_at) WHERE sent_at IS NULL AND failed_at IS NULL;
CREATE INDEX outbox_user ON outbox (workspace_id, user_id, created_at);
CREATE INDEX outbox_created_at ON outbox (created_at);
