-- View

CREATE TABLE views (
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
    kind TEXT NOT NULL,
    kind_sort TEXT NOT NULL,
    filter_tree TEXT NOT NULL CHECK (json_valid(filter_tree)),
    sorted_by TEXT,
    shown_columns TEXT NOT NULL CHECK (json_valid(shown_columns)),
    column_widths TEXT NOT NULL CHECK (json_valid(column_widths)),
    group_by TEXT,
    shared_with TEXT NOT NULL,
    team_id BLOB,
    is_locked INTEGER NOT NULL,
    deleted_at INTEGER,
    UNIQUE (workspace_id, id),
    FOREIGN KEY (workspace_id, created_by) REFERENCES users (workspace_id, id),
    FOREIGN KEY (workspace_id, owner_id) REFERENCES users (workspace_id, id),
    FOREIGN KEY (workspace_id, team_id) REFERENCES teams (workspace_id, id)
) STRICT;
CREATE UNIQUE INDEX views_external_id_unique ON views (workspace_id, external_id) WHERE deleted_at IS NULL AND external_id IS NOT NULL;
CREATE INDEX views_deleted ON views (workspace_id, deleted_at, id) WHERE deleted_at IS NOT NULL;
CREATE INDEX views_created_at ON views (workspace_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX views_owner_created_at ON views (workspace_id, owner_id, created_at, id, deleted_at) WHERE deleted_at IS NULL;
CREATE INDEX views_updated_at ON views (workspace_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX views_name ON views (workspace_id, name_sort, id) WHERE deleted_at IS NULL;
CREATE INDEX views_owner_name ON views (workspace_id, owner_id, name_sort, id, deleted_at) WHERE deleted_at IS NULL;
CREATE INDEX views_kind ON views (workspace_id, kind_sort, id) WHERE deleted_at IS NULL;
CREATE INDEX views_team_id ON views (workspace_id, team_id) WHERE deleted_at IS NULL;
CREATE VIRTUAL TABLE views_fts USING fts5 (terms, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 0', prefix = '2 3', detail = none);
