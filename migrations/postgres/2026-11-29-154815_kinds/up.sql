-- Custom kind

CREATE TABLE kinds (
    workspace_id uuid NOT NULL REFERENCES workspaces (id),
    id uuid NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    owner_id uuid,
    external_id text COLLATE "C",
    custom_fields jsonb NOT NULL,
    key text COLLATE "C" NOT NULL,
    key_sort text COLLATE "C" NOT NULL,
    plural text COLLATE "C" NOT NULL,
    label jsonb NOT NULL,
    parent text COLLATE "C",
    owned boolean NOT NULL,
    usual_rights text COLLATE "C" NOT NULL,
    search tsvector NOT NULL,
    deleted_at timestamptz,
    PRIMARY KEY (workspace_id, id),
    CONSTRAINT kinds_created_by_fkey FOREIGN KEY (workspace_id, created_by) REFERENCES users (workspace_id, id),
    CONSTRAINT kinds_owner_id_fkey FOREIGN KEY (workspace_id, owner_id) REFERENCES users (workspace_id, id)
);
CREATE UNIQUE INDEX kinds_external_id_unique ON kinds (workspace_id, external_id) WHERE deleted_at IS NULL AND external_id IS NOT NULL;
CREATE INDEX kinds_deleted ON kinds (workspace_id, deleted_at, id) WHERE deleted_at IS NOT NULL;
CREATE INDEX kinds_created_at ON kinds (workspace_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX kinds_updated_at ON kinds (workspace_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX kinds_key ON kinds (workspace_id, key_sort, id) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX kinds_key_unique ON kinds (workspace_id, key) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX kinds_plural_unique ON kinds (workspace_id, plural) WHERE deleted_at IS NULL;
CREATE INDEX kinds_search ON kinds USING gin (search) WITH (fastupdate = off);
