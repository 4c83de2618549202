-- Custom field

CREATE TABLE custom_fields (
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
    name text COLLATE "C" NOT NULL,
    name_sort text COLLATE "C" NOT NULL,
    label text COLLATE "C" NOT NULL,
    label_sort text COLLATE "C" NOT NULL,
    label_en text COLLATE "C",
    field_type text COLLATE "C" NOT NULL,
    required boolean NOT NULL,
    searched boolean NOT NULL,
    choices jsonb NOT NULL,
    position bigint,
    search tsvector NOT NULL,
    deleted_at timestamptz,
    PRIMARY KEY (workspace_id, id),
    CONSTRAINT custom_fields_created_by_fkey FOREIGN KEY (workspace_id, created_by) REFERENCES users (workspace_id, id),
    CONSTRAINT custom_fields_owner_id_fkey FOREIGN KEY (workspace_id, owner_id) REFERENCES users (workspace_id, id)
);
CREATE UNIQUE INDEX custom_fields_external_id_unique ON custom_fields (workspace_id, external_id) WHERE deleted_at IS NULL AND external_id IS NOT NULL;
CREATE INDEX custom_fields_deleted ON custom_fields (workspace_id, deleted_at, id) WHERE deleted_at IS NOT NULL;
CREATE INDEX custom_fields_created_at ON custom_fields (workspace_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX custom_fields_updated_at ON custom_fields (workspace_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX custom_fields_kind ON custom_fields (workspace_id, kind_sort, id) WHERE deleted_at IS NULL;
CREATE INDEX custom_fields_name ON custom_fields (workspace_id, name_sort, id) WHERE deleted_at IS NULL;
CREATE INDEX custom_fields_label ON custom_fields (workspace_id, label_sort, id) WHERE deleted_at IS NULL;
CREATE INDEX custom_fields_position ON custom_fields (workspace_id, position, id) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX custom_fields_name_unique ON custom_fields (workspace_id, kind, name) WHERE deleted_at IS NULL;
CREATE INDEX custom_fields_search ON custom_fields USING gin (search) WITH (fastupdate = off);
