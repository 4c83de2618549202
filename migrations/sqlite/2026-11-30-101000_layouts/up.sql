-- Layout

CREATE TABLE layouts (
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
    field_groups TEXT NOT NULL CHECK (json_valid(field_groups)),
    placed_fields TEXT NOT NULL CHECK (json_valid(placed_fields)),
    list_columns TEXT NOT NULL CHECK (json_valid(list_columns)),
    deleted_at INTEGER,
    UNIQUE (workspace_id, id),
    FOREIGN KEY (workspace_id, created_by) REFERENCES users (workspace_id, id),
    FOREIGN KEY (workspace_id, owner_id) REFERENCES users (workspace_id, id)
) STRICT;
CREATE UNIQUE INDEX layouts_external_id_unique ON layouts (workspace_id, external_id) WHERE deleted_at IS NULL AND external_id IS NOT NULL;
CREATE INDEX layouts_deleted ON layouts (workspace_id, deleted_at, id) WHERE deleted_at IS NOT NULL;
CREATE INDEX layouts_created_at ON layouts (workspace_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX layouts_updated_at ON layouts (workspace_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX layouts_kind ON layouts (workspace_id, kind_sort, id) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX layouts_kind_unique ON layouts (workspace_id, kind) WHERE deleted_at IS NULL;
