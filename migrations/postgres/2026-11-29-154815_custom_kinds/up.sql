-- Custom kind

CREATE TABLE custom_kinds (
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
    label text COLLATE "C" NOT NULL,
    label_sort text COLLATE "C" NOT NULL,
    label_en text COLLATE "C",
    owned boolean NOT NULL,
    usual_rights text COLLATE "C" NOT NULL,
    search tsvector NOT NULL,
    deleted_at timestamptz,
    PRIMARY KEY (workspace_id, id),
    CONSTRAINT custom_kinds_created_by_fkey FOREIGN KEY (workspace_id, created_by) REFERENCES users (workspace_id, id),
    CONSTRAINT custom_kinds_owner_id_fkey FOREIGN KEY (workspace_id, owner_id) REFERENCES users (workspace_id, id)
);
CREATE UNIQUE INDEX custom_kinds_external_id_unique ON custom_kinds (workspace_id, external_id) WHERE deleted_at IS NULL AND external_id IS NOT NULL;
CREATE INDEX custom_kinds_deleted ON custom_kinds (workspace_id, deleted_at, id) WHERE deleted_at IS NOT NULL;
CREATE INDEX custom_kinds_created_at ON custom_kinds (workspace_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX custom_kinds_updated_at ON custom_kinds (workspace_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX custom_kinds_name ON custom_kinds (workspace_id, name_sort, id) WHERE deleted_at IS NULL;
CREATE INDEX custom_kinds_label ON custom_kinds (workspace_id, label_sort, id) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX custom_kinds_name_unique ON custom_kinds (workspace_id, name) WHERE deleted_at IS NULL;
CREATE INDEX custom_kinds_search ON custom_kinds USING gin (search) WITH (fastupdate = off);
