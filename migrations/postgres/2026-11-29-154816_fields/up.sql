-- Custom field

CREATE TABLE fields (
    workspace_id uuid NOT NULL REFERENCES workspaces (id),
    id uuid NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    owner_id uuid,
    external_id text COLLATE "C",
    custom_fields jsonb NOT NULL,
    kind text COLLATE "C" NOT NULL,
    kind_sort text COLLATE "C" NOT NULL,
    key text COLLATE "C" NOT NULL,
    key_sort text COLLATE "C" NOT NULL,
    label jsonb NOT NULL,
    type text COLLATE "C" NOT NULL,
    choices jsonb NOT NULL,
    refers_to text COLLATE "C",
    required boolean NOT NULL,
    is_unique boolean NOT NULL,
    filterable boolean,
    searchable boolean NOT NULL,
    default_value jsonb NOT NULL,
    help jsonb NOT NULL,
    group_label jsonb NOT NULL,
    position bigint,
    search tsvector NOT NULL,
    deleted_at timestamptz,
    PRIMARY KEY (workspace_id, id),
    CONSTRAINT fields_created_by_fkey FOREIGN KEY (workspace_id, created_by) REFERENCES users (workspace_id, id),
    CONSTRAINT fields_owner_id_fkey FOREIGN KEY (workspace_id, owner_id) REFERENCES users (workspace_id, id)
);
CREATE UNIQUE INDEX fields_external_id_unique ON fields (workspace_id, external_id) WHERE deleted_at IS NULL AND external_id IS NOT NULL;
CREATE INDEX fields_deleted ON fields (workspace_id, deleted_at, id) WHERE deleted_at IS NOT NULL;
CREATE INDEX fields_created_at ON fields (workspace_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX fields_updated_at ON fields (workspace_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX fields_kind ON fields (workspace_id, kind_sort, id) WHERE deleted_at IS NULL;
CREATE INDEX fields_key ON fields (workspace_id, key_sort, id) WHERE deleted_at IS NULL;
CREATE INDEX fields_position ON fields (workspace_id, position, id) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX fields_key_unique ON fields (workspace_id, kind, key) WHERE deleted_at IS NULL;
CREATE INDEX fields_search ON fields USING gin (search) WITH (fastupdate = off);
