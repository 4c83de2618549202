-- Signing in: where a session comes from, links to set a password with, second factors, and what a user record tells of it.

ALTER TABLE users ADD COLUMN invited_at INTEGER;
ALTER TABLE users ADD COLUMN password_changed_at INTEGER;
ALTER TABLE users ADD COLUMN signed_in_at INTEGER;
ALTER TABLE users ADD COLUMN two_factor INTEGER NOT NULL DEFAULT 0;

ALTER TABLE sessions ADD COLUMN address TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN seen_at INTEGER;
CREATE INDEX sessions_address ON sessions (workspace_id, user_id, address, created_at);

-- One for a user at a time, used up when a password is set.
CREATE TABLE password_links (
    token_hash TEXT NOT NULL PRIMARY KEY,
    workspace_id BLOB NOT NULL REFERENCES workspaces (id),
    user_id BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    UNIQUE (workspace_id, user_id),
    FOREIGN KEY (workspace_id, user_id) REFERENCES users (workspace_id, id)
) STRICT;

-- step: the time step of the last code that was taken; none is taken twice. recovery: hashes of the codes left.
CREATE TABLE second_factors (
    workspace_id BLOB NOT NULL REFERENCES workspaces (id),
    user_id BLOB NOT NULL,
    secret TEXT NOT NULL,
    step INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    recovery TEXT NOT NULL CHECK (json_valid(recovery)),
    PRIMARY KEY (workspace_id, user_id),
    FOREIGN KEY (workspace_id, user_id) REFERENCES users (workspace_id, id)
) STRICT;
