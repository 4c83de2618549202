-- People who belong to teams besides their own.

CREATE TABLE team_members (
    workspace_id uuid NOT NULL REFERENCES workspaces (id),
    id uuid NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    owner_id uuid,
    external_id text COLLATE "C",
    custom_fields jsonb NOT NULL,
    team_id uuid NOT NULL,
    user_id uuid NOT NULL,
    duty text COLLATE "C",
    deleted_at timestamptz,
    PRIMARY KEY (workspace_id, id),
    FOREIGN KEY (workspace_id, team_id) REFERENCES teams (workspace_id, id),
    FOREIGN KEY (workspace_id, user_id) REFERENCES users (workspace_id, id),
    FOREIGN KEY (workspace_id, created_by) REFERENCES users (workspace_id, id),
    FOREIGN KEY (workspace_id, owner_id) REFERENCES users (workspace_id, id)
);
CREATE UNIQUE INDEX team_members_external_id_unique ON team_members (workspace_id, external_id) WHERE deleted_at IS NULL AND external_id IS NOT NULL;
CREATE UNIQUE INDEX team_members_user_id_unique ON team_members (workspace_id, team_id, user_id) WHERE deleted_at IS NULL;
CREATE INDEX team_members_user_id ON team_members (workspace_id, user_id) WHERE deleted_at IS NULL;
CREATE INDEX team_members_created_at ON team_members (workspace_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX team_members_updated_at ON team_members (workspace_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX team_members_deleted ON team_members (workspace_id, deleted_at, id) WHERE deleted_at IS NOT NULL;
