-- Exports: what was asked for and what came of it. The job of the same id does the work.

CREATE TABLE exports (
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
    format TEXT NOT NULL,
    encoding TEXT,
    wanted TEXT NOT NULL CHECK (json_valid(wanted)),
    status TEXT NOT NULL,
    rows INTEGER,
    size INTEGER,
    replaced INTEGER,
    doubtful INTEGER,
    error TEXT CHECK (error IS NULL OR json_valid(error)),
    finished_at INTEGER,
    deleted_at INTEGER,
    UNIQUE (workspace_id, id),
    FOREIGN KEY (workspace_id, created_by) REFERENCES users (workspace_id, id),
    FOREIGN KEY (workspace_id, owner_id) REFERENCES users (workspace_id, id)
) STRICT;
CREATE UNIQUE INDEX exports_external_id_unique ON exports (workspace_id, external_id) WHERE deleted_at IS NULL AND external_id IS NOT NULL;
CREATE INDEX exports_created_at ON exports (workspace_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX exports_updated_at ON exports (workspace_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX exports_deleted ON exports (workspace_id, deleted_at, id) WHERE deleted_at IS NOT NULL;
CREATE INDEX exports_file_name ON exports (workspace_id, file_name_sort, id) WHERE deleted_at IS NULL;
CREATE INDEX exports_finished_at ON exports (workspace_id, finished_at, id) WHERE deleted_at IS NULL;
CREATE INDEX exports_owner_created_at ON exports (workspace_id, owner_id, created_at, id) WHERE deleted_at IS NULL;

-- The rights a file was made with, by their sign, and the file in pieces; both go after a day.
CREATE TABLE export_files (
    workspace_id BLOB NOT NULL REFERENCES workspaces (id),
    export_id BLOB NOT NULL,
    rights TEXT NOT NULL,
    made_at INTEGER NOT NULL,
    PRIMARY KEY (workspace_id, export_id),
    FOREIGN KEY (workspace_id, export_id) REFERENCES exports (workspace_id, id)
) STRICT;
CREATE INDEX export_files_made_at ON export_files (made_at);
CREATE TABLE export_chunks (
    workspace_id BLOB NOT NULL REFERENCES workspaces (id),
    export_id BLOB NOT NULL,
    position INTEGER NOT NULL,
    data BLOB NOT NULL,
    PRIMARY KEY (workspace_id, export_id, position),
    FOREIGN KEY (workspace_id, export_id) REFERENCES exports (workspace_id, id)
) STRICT;
