-- Imports: the jobs, the files handed in and the rows that failed, and the queue.

CREATE TABLE imports (
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
    file_name TEXT NOT NULL,
    file_name_sort TEXT NOT NULL,
    kind TEXT NOT NULL,
    size INTEGER NOT NULL,
    status TEXT NOT NULL,
    dry_run INTEGER NOT NULL,
    encoding TEXT,
    delimiter TEXT,
    headers TEXT NOT NULL CHECK (json_valid(headers)),
    samples TEXT NOT NULL CHECK (json_valid(samples)),
    guesses TEXT NOT NULL CHECK (json_valid(guesses)),
    mapping TEXT NOT NULL CHECK (json_valid(mapping)),
    value_map TEXT NOT NULL CHECK (json_valid(value_map)),
    progress TEXT NOT NULL CHECK (json_valid(progress)),
    report TEXT CHECK (json_valid(report)),
    error TEXT CHECK (json_valid(error)),
    has_errors INTEGER NOT NULL,
    finished_at INTEGER,
    deleted_at INTEGER,
    UNIQUE (workspace_id, id),
    FOREIGN KEY (workspace_id, created_by) REFERENCES users (workspace_id, id),
    FOREIGN KEY (workspace_id, owner_id) REFERENCES users (workspace_id, id)
) STRICT;
CREATE UNIQUE INDEX imports_external_id_unique ON imports (workspace_id, external_id) WHERE deleted_at IS NULL AND external_id IS NOT NULL;
CREATE INDEX imports_created_at ON imports (workspace_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX imports_updated_at ON imports (workspace_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX imports_deleted ON imports (workspace_id, deleted_at, id) WHERE deleted_at IS NOT NULL;
CREATE INDEX imports_file_name ON imports (workspace_id, file_name_sort, id) WHERE deleted_at IS NULL;
CREATE INDEX imports_finished_at ON imports (workspace_id, finished_at, id) WHERE deleted_at IS NULL;
CREATE INDEX imports_owner_created_at ON imports (workspace_id, owner_id, created_at, id) WHERE deleted_at IS NULL;

-- part: file, or errors
CREATE TABLE import_chunks (
    workspace_id BLOB NOT NULL REFERENCES workspaces (id),
    import_id BLOB NOT NULL,
    part TEXT NOT NULL,
    position INTEGER NOT NULL,
    data BLOB NOT NULL,
    PRIMARY KEY (workspace_id, import_id, part, position),
    FOREIGN KEY (workspace_id, import_id) REFERENCES imports (workspace_id, id)
) STRICT;

-- Jobs that wait or run. Whoever runs one says so again and again; cancelling takes it away.
CREATE TABLE import_queue (
    workspace_id BLOB NOT NULL REFERENCES workspaces (id),
    import_id BLOB NOT NULL,
    locale TEXT NOT NULL,
    queued_at INTEGER NOT NULL,
    alive_at INTEGER,
    PRIMARY KEY (workspace_id, import_id),
    FOREIGN KEY (workspace_id, import_id) REFERENCES imports (workspace_id, id)
) STRICT;
CREATE INDEX import_queue_queued_at ON import_queue (queued_at);
