-- Imports: the jobs, the files handed in and the rows that failed, and the queue.

CREATE TABLE imports (
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
    size bigint NOT NULL,
    status text COLLATE "C" NOT NULL,
    dry_run boolean NOT NULL,
    encoding text COLLATE "C",
    delimiter text COLLATE "C",
    headers text[] NOT NULL,
    samples jsonb NOT NULL,
    guesses jsonb NOT NULL,
    mapping jsonb NOT NULL,
    value_map jsonb NOT NULL,
    progress jsonb NOT NULL,
    report jsonb,
    error jsonb,
    has_errors boolean NOT NULL,
    finished_at timestamptz,
    deleted_at timestamptz,
    PRIMARY KEY (workspace_id, id),
    FOREIGN KEY (workspace_id, created_by) REFERENCES users (workspace_id, id),
    FOREIGN KEY (workspace_id, owner_id) REFERENCES users (workspace_id, id)
);
CREATE UNIQUE INDEX imports_external_id_unique ON imports (workspace_id, external_id) WHERE deleted_at IS NULL AND external_id IS NOT NULL;
CREATE INDEX imports_created_at ON imports (workspace_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX imports_updated_at ON imports (workspace_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX imports_deleted ON imports (workspace_id, deleted_at, id) WHERE deleted_at IS NOT NULL;
CREATE INDEX imports_file_name ON imports (workspace_id, file_name_sort, id) WHERE deleted_at IS NULL;
CREATE INDEX imports_finished_at ON imports (workspace_id, finished_at, id) WHERE deleted_at IS NULL;
CREATE INDEX imports_owner_created_at ON imports (workspace_id, owner_id, created_at, id) WHERE deleted_at IS NULL;

-- part: file, or errors
CREATE TABLE import_chunks (
    workspace_id uuid NOT NULL REFERENCES workspaces (id),
    import_id uuid NOT NULL,
    part text COLLATE "C" NOT NULL,
    position bigint NOT NULL,
    data bytea NOT NULL,
    PRIMARY KEY (workspace_id, import_id, part, position),
    FOREIGN KEY (workspace_id, import_id) REFERENCES imports (workspace_id, id)
);

-- Jobs that wait or run. Whoever runs one says so again and again; cancelling takes it away.
CREATE TABLE import_queue (
    workspace_id uuid NOT NULL REFERENCES workspaces (id),
    import_id uuid NOT NULL,
    locale text COLLATE "C" NOT NULL,
    queued_at timestamptz NOT NULL,
    alive_at timestamptz,
    PRIMARY KEY (workspace_id, import_id),
    FOREIGN KEY (workspace_id, import_id) REFERENCES imports (workspace_id, id)
);
CREATE INDEX import_queue_queued_at ON import_queue (queued_at);
