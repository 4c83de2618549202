-- The records of all kinds that firms make: what any record has, and what they belong to.

CREATE TABLE custom_records (
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
    name TEXT NOT NULL,
    name_sort TEXT NOT NULL,
    parent_id BLOB,
    kind TEXT NOT NULL,
    deleted_at INTEGER,
    UNIQUE (workspace_id, id),
    FOREIGN KEY (workspace_id, created_by) REFERENCES users (workspace_id, id),
    FOREIGN KEY (workspace_id, owner_id) REFERENCES users (workspace_id, id)
) STRICT;
CREATE UNIQUE INDEX custom_records_external_id_unique ON custom_records (workspace_id, kind, external_id) WHERE deleted_at IS NULL AND external_id IS NOT NULL;
CREATE INDEX custom_records_deleted ON custom_records (workspace_id, kind, deleted_at, id) WHERE deleted_at IS NOT NULL;
CREATE INDEX custom_records_created_at ON custom_records (workspace_id, kind, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX custom_records_updated_at ON custom_records (workspace_id, kind, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX custom_records_name ON custom_records (workspace_id, kind, name_sort, id) WHERE deleted_at IS NULL;
CREATE INDEX custom_records_parent_id ON custom_records (workspace_id, parent_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX custom_records_owner_created_at ON custom_records (workspace_id, kind, owner_id, created_at, id, deleted_at) WHERE deleted_at IS NULL;
CREATE INDEX custom_records_owner_name ON custom_records (workspace_id, kind, owner_id, name_sort, id, deleted_at) WHERE deleted_at IS NULL;
CREATE VIRTUAL TABLE custom_records_fts USING fts5 (terms, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 0', prefix = '2 3', detail = none);
