-- Custom field

CREATE TABLE fields (
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
    key TEXT NOT NULL,
    key_sort TEXT NOT NULL,
    label TEXT NOT NULL CHECK (json_valid(label)),
    type TEXT NOT NULL,
    choices TEXT NOT NULL CHECK (json_valid(choices)),
    refers_to TEXT,
    required INTEGER NOT NULL,
    is_unique INTEGER NOT NULL,
    filterable INTEGER,
    searchable INTEGER NOT NULL,
    default_value TEXT NOT NULL CHECK (json_valid(default_value)),
    help TEXT NOT NULL CHECK (json_valid(help)),
    group_label TEXT NOT NULL CHECK (json_valid(group_label)),
    position INTEGER,
    deleted_at INTEGER,
    UNIQUE (workspace_id, id),
    FOREIGN KEY (workspace_id, created_by) REFERENCES users (workspace_id, id),
    FOREIGN KEY (workspace_id, owner_id) REFERENCES users (workspace_id, id)
) STRICT;
CREATE UNIQUE INDEX fields_external_id_unique ON fields (workspace_id, external_id) WHERE deleted_at IS NULL AND external_id IS NOT NULL;
CREATE INDEX fields_deleted ON fields (workspace_id, deleted_at, id) WHERE deleted_at IS NOT NULL;
CREATE INDEX fields_created_at ON fields (workspace_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX fields_updated_at ON fields (workspace_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX fields_kind ON fields (workspace_id, kind_sort, id) WHERE deleted_at IS NULL;
CREATE INDEX fields_key ON fields (workspace_id, key_sort, id) WHERE deleted_at IS NULL;
CREATE INDEX fields_position ON fields (workspace_id, position, id) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX fields_key_unique ON fields (workspace_id, kind, key) WHERE deleted_at IS NULL;
CREATE VIRTUAL TABLE fields_fts USING fts5 (terms, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 0', prefix = '2 3', detail = none);
