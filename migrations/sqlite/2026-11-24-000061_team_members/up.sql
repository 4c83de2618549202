-- People who belong to teams besides their own.

CREATE TABLE team_members (
    rid INTEGER PRIMARY KEY,
    workspace_id BLOB NOT NULL REFERENCES workspaces (id),
    id BLOB NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    created_by BLOB,
    owner_id BLOB,
    external_id TEXT,
    custom_fields TEXT NOT NULL CHECK (json_valid(custom_fields)),
    team_id BLOB NOT NULL,
    user_id BLOB NOT NULL,
    duty TEXT,
    deleted_at INTEGER,
    UNIQUE (workspace_id, id),
    FOREIGN KEY (workspace_id, team_id) REFERENCES teams (workspace_id, id),
    FOREIGN KEY (workspace_id, user_id) REFERENCES users (workspace_id, id),
    FOREIGN KEY (workspace_id, created_by) REFERENCES users (workspace_id, id),
    FOREIGN KEY (workspace_id, owner_id) REFERENCES users (workspace_id, id)
) STRICT;
CREATE UNIQUE INDEX team_members_external_id_unique ON team_members (workspace_id, external_id) WHERE deleted_at IS NULL AND external_id IS NOT NULL;
CREATE UNIQUE INDEX team_members_user_id_unique ON team_members (workspace_id, team_id, user_id) WHERE deleted_at IS NULL;
CREATE INDEX team_members_user_id ON team_members (workspace_id, user_id) WHERE deleted_at IS NULL;
CREATE INDEX team_members_created_at ON team_members (workspace_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX team_members_updated_at ON team_members (workspace_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX team_members_deleted ON team_members (workspace_id, deleted_at, id) WHERE deleted_at IS NOT NULL;
