-- The records of all kinds that firms make: what any record has, and what they belong to.

CREATE TABLE custom_records (
    workspace_id uuid NOT NULL REFERENCES workspaces (id),
    id uuid NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    owner_id uuid,
    external_id text COLLATE "C",
    custom_fields jsonb NOT NULL,
    name text COLLATE "C" NOT NULL,
    name_sort text COLLATE "C" NOT NULL,
    parent_id uuid,
    kind text COLLATE "C" NOT NULL,
    search tsvector NOT NULL,
    deleted_at timestamptz,
    PRIMARY KEY (workspace_id, id),
    CONSTRAINT custom_records_created_by_fkey FOREIGN KEY (workspace_id, created_by) REFERENCES users (workspace_id, id),
    CONSTRAINT custom_records_owner_id_fkey FOREIGN KEY (workspace_id, owner_id) REFERENCES users (workspace_id, id)
);
CREATE UNIQUE INDEX custom_records_external_id_unique ON custom_records (workspace_id, kind, external_id) WHERE deleted_at IS NULL AND external_id IS NOT NULL;
CREATE INDEX custom_records_deleted ON custom_records (workspace_id, kind, deleted_at, id) WHERE deleted_at IS NOT NULL;
CREATE INDEX custom_records_created_at ON custom_records (workspace_id, kind, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX custom_records_updated_at ON custom_records (workspace_id, kind, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX custom_records_name ON custom_records (workspace_id, kind, name_sort, id) WHERE deleted_at IS NULL;
CREATE INDEX custom_records_parent_id ON custom_records (workspace_id, parent_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX custom_records_owner_created_at ON custom_records (workspace_id, kind, owner_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX custom_records_owner_name ON custom_records (workspace_id, kind, owner_id, name_sort, id) WHERE deleted_at IS NULL;
CREATE INDEX custom_records_search ON custom_records USING gin (search) WITH (fastupdate = off);
