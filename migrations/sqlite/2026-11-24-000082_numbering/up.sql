-- Numbers of records: the rules, the counters, and the numbers given. A number is not given again, not even that of a
-- record in the bin.

CREATE TABLE numbering_rules (
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
    pattern TEXT NOT NULL,
    reset TEXT NOT NULL,
    disabled INTEGER NOT NULL,
    deleted_at INTEGER,
    UNIQUE (workspace_id, id),
    FOREIGN KEY (workspace_id, created_by) REFERENCES users (workspace_id, id),
    FOREIGN KEY (workspace_id, owner_id) REFERENCES users (workspace_id, id)
) STRICT;
CREATE UNIQUE INDEX numbering_rules_external_id_unique ON numbering_rules (workspace_id, external_id) WHERE deleted_at IS NULL AND external_id IS NOT NULL;
CREATE INDEX numbering_rules_created_at ON numbering_rules (workspace_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX numbering_rules_updated_at ON numbering_rules (workspace_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX numbering_rules_deleted ON numbering_rules (workspace_id, deleted_at, id) WHERE deleted_at IS NOT NULL;
CREATE INDEX numbering_rules_kind ON numbering_rules (workspace_id, kind_sort, id) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX numbering_rules_kind_unique ON numbering_rules (workspace_id, kind) WHERE deleted_at IS NULL;

CREATE TABLE number_counters (
    workspace_id BLOB NOT NULL REFERENCES workspaces (id),
    kind TEXT NOT NULL,
    period TEXT NOT NULL,
    value INTEGER NOT NULL,
    PRIMARY KEY (workspace_id, kind, period)
) STRICT;

ALTER TABLE customers ADD COLUMN number TEXT;
ALTER TABLE customers ADD COLUMN number_sort TEXT;
CREATE UNIQUE INDEX customers_number_unique ON customers (workspace_id, number) WHERE number IS NOT NULL;
CREATE INDEX customers_number ON customers (workspace_id, number_sort, id) WHERE deleted_at IS NULL;

ALTER TABLE leads ADD COLUMN number TEXT;
ALTER TABLE leads ADD COLUMN number_sort TEXT;
CREATE UNIQUE INDEX leads_number_unique ON leads (workspace_id, number) WHERE number IS NOT NULL;
CREATE INDEX leads_number ON leads (workspace_id, number_sort, id) WHERE deleted_at IS NULL;

ALTER TABLE opportunities ADD COLUMN number TEXT;
ALTER TABLE opportunities ADD COLUMN number_sort TEXT;
CREATE UNIQUE INDEX opportunities_number_unique ON opportunities (workspace_id, number) WHERE number IS NOT NULL;
CREATE INDEX opportunities_number ON opportunities (workspace_id, number_sort, id) WHERE deleted_at IS NULL;

-- Who does not have every right anyway sees these settings and does not change them.
UPDATE roles SET grants = json_set(grants, '$.numbering_rule', json('{"view":"all"}')) WHERE json_extract(grants, '$."*"."*"') IS NULL AND json_extract(grants, '$.numbering_rule') IS NULL;
