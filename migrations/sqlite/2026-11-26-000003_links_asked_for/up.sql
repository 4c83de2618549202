-- Beside the link an administrator gives, a user may have one that was asked for by whoever has forgotten the password.
CREATE TABLE password_links_new (
    token_hash TEXT NOT NULL PRIMARY KEY,
    workspace_id BLOB NOT NULL REFERENCES workspaces (id),
    user_id BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    asked INTEGER NOT NULL DEFAULT 0,
    UNIQUE (workspace_id, user_id, asked),
    FOREIGN KEY (workspace_id, user_id) REFERENCES users (workspace_id, id)
) STRICT;
INSERT INTO password_links_new (token_hash, workspace_id, user_id, created_at, expires_at)
    SELECT token_hash, workspace_id, user_id, created_at, expires_at FROM password_links;
DROP TABLE password_links;
ALTER TABLE password_links_new RENAME TO password_links;
