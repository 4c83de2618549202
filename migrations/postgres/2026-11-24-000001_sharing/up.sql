-- People a record is shared with. A record of any kind: what is deleted for good takes its entries along.

CREATE TABLE record_members (
    workspace_id uuid NOT NULL REFERENCES workspaces (id),
    kind text COLLATE "C" NOT NULL,
    record_id uuid NOT NULL,
    user_id uuid NOT NULL,
    access text COLLATE "C" NOT NULL,
    expires_at timestamptz,
    created_at timestamptz NOT NULL,
    created_by uuid,
    PRIMARY KEY (workspace_id, kind, record_id, user_id),
    FOREIGN KEY (workspace_id, user_id) REFERENCES users (workspace_id, id)
);
CREATE INDEX record_members_user ON record_members (workspace_id, user_id, kind, record_id, expires_at);

UPDATE roles SET grants = jsonb_set(grants, '{*,share}', '"team_below"') WHERE key = 'manager' AND builtin;
UPDATE roles SET grants = jsonb_set(grants, '{*,share}', '"own"') WHERE key = 'sales' AND builtin;
