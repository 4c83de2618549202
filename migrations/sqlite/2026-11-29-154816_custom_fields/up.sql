-- Custom field

CREATE TABLE custom_fields (
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
    kind TEXT NOT NULL,
    kind_sort TEXT NOT NULL,
    name TEXT NOT NULL,
    name_sort TEXT NOT NULL,
    label TEXT NOT NULL,
    label_sort TEXT NOT NULL,
    label_en TEXT,
    field_type TEXT NOT NULL,
    required INTEGER NOT NULL,
    searched INTEGER NOT NULL,
    choices TEXT NOT NULL CHECK (json_valid(choices)),
    position INTEGER,
    deleted_at INTEGER,
    UNIQUE (workspace_id, id),
    FOREIGN KEY (workspace_id, created_by) REFERENCES users (workspace_id, id),
    FOREIGN KEY (workspace_id, owner_id) REFERENCES users (workspace_id, id)
) STRICT;
CREATE UNIQUE INDEX custom_fields_external_id_unique ON custom_fields (workspace_id, external_id) WHERE deleted_at IS NULL AND external_id IS NOT NULL;
CREATE INDEX custom_fields_deleted ON custom_fields (workspace_id, deleted_at, id) WHERE deleted_at IS NOT NULL;
CREATE INDEX custom_fields_created_at ON custom_fields (workspace_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX custom_fields_updated_at ON custom_fields (workspace_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX custom_fields_kind ON custom_fields (workspace_id, kind_sort, id) WHERE deleted_at IS NULL;
CREATE INDEX custom_fields_name ON custom_fields (workspace_id, name_sort, id) WHERE deleted_at IS NULL;
CREATE INDEX custom_fields_label ON custom_fields (workspace_id, label_sort, id) WHERE deleted_at IS NULL;
CREATE INDEX custom_fields_position ON custom_fields (workspace_id, position, id) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX custom_fields_name_unique ON custom_fields (workspace_id, kind, name) WHERE deleted_at IS NULL;
CREATE VIRTUAL TABLE custom_fields_fts USING fts5 (terms, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 0', prefix = '2 3', detail = none);
