-- People a record is shared with. A record of any kind: what is deleted for good takes its entries along.

CREATE TABLE record_members (
    workspace_id BLOB NOT NULL REFERENCES workspaces (id),
    kind TEXT NOT NULL,
    record_id BLOB NOT NULL,
    user_id BLOB NOT NULL,
    access TEXT NOT NULL,
    expires_at INTEGER,
    created_at INTEGER NOT NULL,
    created_by BLOB,
    PRIMARY KEY (workspace_id, kind, record_id, user_id),
    FOREIGN KEY (workspace_id, user_id) REFERENCES users (workspace_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX record_members_user ON record_members (workspace_id, user_id, kind, record_id, expires_at);

UPDATE roles SET grants = json_set(grants, '$."*".share', 'team_below') WHERE key = 'manager' AND builtin = 1;
UPDATE roles SET grants = json_set(grants, '$."*".share', 'own') WHERE key = 'sales' AND builtin = 1;
