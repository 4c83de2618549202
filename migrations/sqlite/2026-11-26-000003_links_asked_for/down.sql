CREATE TABLE password_links_old (
    token_hash TEXT NOT NULL PRIMARY KEY,
    workspace_id BLOB NOT NULL REFERENCES workspaces (id),
    user_id BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    UNIQUE (workspace_id, user_id),
    FOREIGN KEY (workspace_id, user_id) REFERENCES users (workspace_id, id)
) STRICT;
INSERT INTO password_links_old (token_hash, workspace_id, user_id, created_at, expires_at)
    SELECT token_hash, workspace_id, user_id, created_at, expires_at FROM password_links WHERE asked = 0;
DROP TABLE password_links;
ALTER TABLE password_links_old RENAME TO password_links;
