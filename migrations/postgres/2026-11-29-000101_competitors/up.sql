-- Competitor

CREATE TABLE competitors (
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
    website text COLLATE "C",
    strengths text COLLATE "C",
    weaknesses text COLLATE "C",
    search tsvector NOT NULL,
    deleted_at timestamptz,
    PRIMARY KEY (workspace_id, id),
    CONSTRAINT competitors_created_by_fkey FOREIGN KEY (workspace_id, created_by) REFERENCES users (workspace_id, id),
    CONSTRAINT competitors_owner_id_fkey FOREIGN KEY (workspace_id, owner_id) REFERENCES users (workspace_id, id)
);
CREATE UNIQUE INDEX competitors_external_id_unique ON competitors (workspace_id, external_id) WHERE deleted_at IS NULL AND external_id IS NOT NULL;
CREATE INDEX competitors_deleted ON competitors (workspace_id, deleted_at, id) WHERE deleted_at IS NOT NULL;
CREATE INDEX competitors_created_at ON competitors (workspace_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX competitors_updated_at ON competitors (workspace_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX competitors_name ON competitors (workspace_id, name_sort, id) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX competitors_name_unique ON competitors (workspace_id, name) WHERE deleted_at IS NULL;
CREATE INDEX competitors_search ON competitors USING gin (search) WITH (fastupdate = off);

ALTER TABLE opportunities ADD COLUMN competitor_ids text[] NOT NULL DEFAULT '{}';
CREATE INDEX opportunities_competitor_ids ON opportunities USING gin (competitor_ids) WITH (fastupdate = off);

-- The texts of deals become references when the server starts.
INSERT INTO named_references (workspace_id, kind, record_id, field, name)
SELECT workspace_id, 'opportunity', id, 'competitor_ids', competitor FROM opportunities WHERE competitor IS NOT NULL;
ALTER TABLE opportunities DROP COLUMN competitor;

-- What asked for the text, or kept it closed, does so with the references.
UPDATE stages SET required_fields = array_replace(required_fields, 'competitor', 'competitor_ids');
UPDATE roles SET field_rights = jsonb_set(field_rights #- '{opportunity,competitor}', '{opportunity,competitor_ids}',
    CASE field_rights #>> '{opportunity,competitor}' WHEN 'masked' THEN '"hidden"' ELSE field_rights #> '{opportunity,competitor}' END)
WHERE field_rights #> '{opportunity,competitor}' IS NOT NULL;
