-- Exports: what was asked for and what came of it. The job of the same id does the work.

CREATE TABLE exports (
    workspace_id uuid NOT NULL REFERENCES workspaces (id),
    id uuid NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    owner_id uuid,
    external_id text COLLATE "C",
    custom_fields jsonb NOT NULL,
    file_name text COLLATE "C" NOT NULL,
    file_name_sort text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    format text COLLATE "C" NOT NULL,
    encoding text COLLATE "C",
    wanted jsonb NOT NULL,
    status text COLLATE "C" NOT NULL,
    rows bigint,
    size bigint,
    replaced bigint,
    doubtful bigint,
    error jsonb,
    finished_at timestamptz,
    deleted_at timestamptz,
    PRIMARY KEY (workspace_id, id),
    FOREIGN KEY (workspace_id, created_by) REFERENCES users (workspace_id, id),
    FOREIGN KEY (workspace_id, owner_id) REFERENCES users (workspace_id, id)
);
CREATE UNIQUE INDEX exports_external_id_unique ON exports (workspace_id, external_id) WHERE deleted_at IS NULL AND external_id IS NOT NULL;
CREATE INDEX exports_created_at ON exports (workspace_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX exports_updated_at ON exports (workspace_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX exports_deleted ON exports (workspace_id, deleted_at, id) WHERE deleted_at IS NOT NULL;
CREATE INDEX exports_file_name ON exports (workspace_id, file_name_sort, id) WHERE deleted_at IS NULL;
CREATE INDEX exports_finished_at ON exports (workspace_id, finished_at, id) WHERE deleted_at IS NULL;
CREATE INDEX exports_owner_created_at ON exports (workspace_id, owner_id, created_at, id) WHERE deleted_at IS NULL;

-- The rights a file was made with, by their sign, and the file in pieces; both go after a day.
CREATE TABLE export_files (
    workspace_id uuid NOT NULL REFERENCES workspaces (id),
    export_id uuid NOT NULL,
    rights text COLLATE "C" NOT NULL,
    made_at timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, export_id),
    FOREIGN KEY (workspace_id, export_id) REFERENCES exports (workspace_id, id)
);
CREATE INDEX export_files_made_at ON export_files (made_at);
CREATE TABLE export_chunks (
    workspace_id uuid NOT NULL REFERENCES workspaces (id),
    export_id uuid NOT NULL,
    position bigint NOT NULL,
    data bytea NOT NULL,
    PRIMARY KEY (workspace_id, export_id, position),
    FOREIGN KEY (workspace_id, export_id) REFERENCES exports (workspace_id, id)
);
