-- Layout

CREATE TABLE layouts (
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
    field_groups jsonb NOT NULL,
    placed_fields jsonb NOT NULL,
    list_columns jsonb NOT NULL,
    deleted_at timestamptz,
    PRIMARY KEY (workspace_id, id),
    CONSTRAINT layouts_created_by_fkey FOREIGN KEY (workspace_id, created_by) REFERENCES users (workspace_id, id),
    CONSTRAINT layouts_owner_id_fkey FOREIGN KEY (workspace_id, owner_id) REFERENCES users (workspace_id, id)
);
CREATE UNIQUE INDEX layouts_external_id_unique ON layouts (workspace_id, external_id) WHERE deleted_at IS NULL AND external_id IS NOT NULL;
CREATE INDEX layouts_deleted ON layouts (workspace_id, deleted_at, id) WHERE deleted_at IS NOT NULL;
CREATE INDEX layouts_created_at ON layouts (workspace_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX layouts_updated_at ON layouts (workspace_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX layouts_kind ON layouts (workspace_id, kind_sort, id) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX layouts_kind_unique ON layouts (workspace_id, kind) WHERE deleted_at IS NULL;
