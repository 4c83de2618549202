-- View

CREATE TABLE views (
    workspace_id uuid NOT NULL REFERENCES workspaces (id),
    id uuid NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    owner_id uuid,
    external_id text COLLATE "C",
    custom_fields jsonb NOT NULL,
    name text COLLATE "C" NOT NULL,
    name_sort text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    kind_sort text COLLATE "C" NOT NULL,
    filter_tree jsonb NOT NULL,
    sorted_by text COLLATE "C",
    shown_columns jsonb NOT NULL,
    column_widths jsonb NOT NULL,
    group_by text COLLATE "C",
    shared_with text COLLATE "C" NOT NULL,
    team_id uuid,
    is_locked boolean NOT NULL,
    search tsvector NOT NULL,
    deleted_at timestamptz,
    PRIMARY KEY (workspace_id, id),
    CONSTRAINT views_created_by_fkey FOREIGN KEY (workspace_id, created_by) REFERENCES users (workspace_id, id),
    CONSTRAINT views_owner_id_fkey FOREIGN KEY (workspace_id, owner_id) REFERENCES users (workspace_id, id),
    CONSTRAINT views_team_id_fkey FOREIGN KEY (workspace_id, team_id) REFERENCES teams (workspace_id, id)
);
CREATE UNIQUE INDEX views_external_id_unique ON views (workspace_id, external_id) WHERE deleted_at IS NULL AND external_id IS NOT NULL;
CREATE INDEX views_deleted ON views (workspace_id, deleted_at, id) WHERE deleted_at IS NOT NULL;
CREATE INDEX views_created_at ON views (workspace_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX views_owner_created_at ON views (workspace_id, owner_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX views_updated_at ON views (workspace_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX views_name ON views (workspace_id, name_sort, id) WHERE deleted_at IS NULL;
CREATE INDEX views_owner_name ON views (workspace_id, owner_id, name_sort, id) WHERE deleted_at IS NULL;
CREATE INDEX views_kind ON views (workspace_id, kind_sort, id) WHERE deleted_at IS NULL;
CREATE INDEX views_team_id ON views (workspace_id, team_id) WHERE deleted_at IS NULL;
CREATE INDEX views_search ON views USING gin (search) WITH (fastupdate = off);
