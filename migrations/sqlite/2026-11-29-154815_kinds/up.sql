-- Custom kind

CREATE TABLE kinds (
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
    key TEXT NOT NULL,
    key_sort TEXT NOT NULL,
    plural TEXT NOT NULL,
    label TEXT NOT NULL CHECK (json_valid(label)),
    parent TEXT,
    owned INTEGER NOT NULL,
    usual_rights TEXT NOT NULL,
    deleted_at INTEGER,
    UNIQUE (workspace_id, id),
    FOREIGN KEY (workspace_id, created_by) REFERENCES users (workspace_id, id),
    FOREIGN KEY (workspace_id, owner_id) REFERENCES users (workspace_id, id)
) STRICT;
CREATE UNIQUE INDEX kinds_external_id_unique ON kinds (workspace_id, external_id) WHERE deleted_at IS NULL AND external_id IS NOT NULL;
CREATE INDEX kinds_deleted ON kinds (workspace_id, deleted_at, id) WHERE deleted_at IS NOT NULL;
CREATE INDEX kinds_created_at ON kinds (workspace_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX kinds_updated_at ON kinds (workspace_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX kinds_key ON kinds (workspace_id, key_sort, id) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX kinds_key_unique ON kinds (workspace_id, key) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX kinds_plural_unique ON kinds (workspace_id, plural) WHERE deleted_at IS NULL;
CREATE VIRTUAL TABLE kinds_fts USING fts5 (terms, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 0', prefix = '2 3', detail = none);
