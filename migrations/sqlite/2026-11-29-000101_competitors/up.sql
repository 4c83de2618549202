-- Competitor

CREATE TABLE competitors (
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
    website TEXT,
    strengths TEXT,
    weaknesses TEXT,
    deleted_at INTEGER,
    UNIQUE (workspace_id, id),
    FOREIGN KEY (workspace_id, created_by) REFERENCES users (workspace_id, id),
    FOREIGN KEY (workspace_id, owner_id) REFERENCES users (workspace_id, id)
) STRICT;
CREATE UNIQUE INDEX competitors_external_id_unique ON competitors (workspace_id, external_id) WHERE deleted_at IS NULL AND external_id IS NOT NULL;
CREATE INDEX competitors_deleted ON competitors (workspace_id, deleted_at, id) WHERE deleted_at IS NOT NULL;
CREATE INDEX competitors_created_at ON competitors (workspace_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX competitors_updated_at ON competitors (workspace_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX competitors_name ON competitors (workspace_id, name_sort, id) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX competitors_name_unique ON competitors (workspace_id, name) WHERE deleted_at IS NULL;
CREATE VIRTUAL TABLE competitors_fts USING fts5 (terms, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 0', prefix = '2 3', detail = none);

ALTER TABLE opportunities ADD COLUMN competitor_ids TEXT NOT NULL DEFAULT '[]';

-- The texts of deals become references when the server starts.
INSERT INTO named_references (workspace_id, kind, record_id, field, name)
SELECT workspace_id, 'opportunity', id, 'competitor_ids', competitor FROM opportunities WHERE competitor IS NOT NULL;
ALTER TABLE opportunities DROP COLUMN competitor;

-- What asked for the text, or kept it closed, does so with the references.
UPDATE stages SET required_fields = replace(required_fields, '"competitor"', '"competitor_ids"');
UPDATE roles SET field_rights = json_set(json_remove(field_rights, '$.opportunity.competitor'), '$.opportunity.competitor_ids',
    CASE json_extract(field_rights, '$.opportunity.competitor') WHEN 'masked' THEN 'hidden' ELSE json_extract(field_rights, '$.opportunity.competitor') END)
WHERE json_extract(field_rights, '$.opportunity.competitor') IS NOT NULL;
