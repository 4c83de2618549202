-- Numbers of records: the rules, the counters, and the numbers given. A number is not given again, not even that of a
-- record in the bin.

CREATE TABLE numbering_rules (
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
    pattern text COLLATE "C" NOT NULL,
    reset text COLLATE "C" NOT NULL,
    disabled boolean NOT NULL,
    deleted_at timestamptz,
    PRIMARY KEY (workspace_id, id),
    CONSTRAINT numbering_rules_created_by_fkey FOREIGN KEY (workspace_id, created_by) REFERENCES users (workspace_id, id),
    CONSTRAINT numbering_rules_owner_id_fkey FOREIGN KEY (workspace_id, owner_id) REFERENCES users (workspace_id, id)
);
CREATE UNIQUE INDEX numbering_rules_external_id_unique ON numbering_rules (workspace_id, external_id) WHERE deleted_at IS NULL AND external_id IS NOT NULL;
CREATE INDEX numbering_rules_created_at ON numbering_rules (workspace_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX numbering_rules_updated_at ON numbering_rules (workspace_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX numbering_rules_deleted ON numbering_rules (workspace_id, deleted_at, id) WHERE deleted_at IS NOT NULL;
CREATE INDEX numbering_rules_kind ON numbering_rules (workspace_id, kind_sort, id) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX numbering_rules_kind_unique ON numbering_rules (workspace_id, kind) WHERE deleted_at IS NULL;

CREATE TABLE number_counters (
    workspace_id uuid NOT NULL REFERENCES workspaces (id),
    kind text COLLATE "C" NOT NULL,
    period text COLLATE "C" NOT NULL,
    value bigint NOT NULL,
    PRIMARY KEY (workspace_id, kind, period)
);

ALTER TABLE customers ADD COLUMN number text COLLATE "C";
ALTER TABLE customers ADD COLUMN number_sort text COLLATE "C";
CREATE UNIQUE INDEX customers_number_unique ON customers (workspace_id, number) WHERE number IS NOT NULL;
CREATE INDEX customers_number ON customers (workspace_id, number_sort, id) WHERE deleted_at IS NULL;

ALTER TABLE leads ADD COLUMN number text COLLATE "C";
ALTER TABLE leads ADD COLUMN number_sort text COLLATE "C";
CREATE UNIQUE INDEX leads_number_unique ON leads (workspace_id, number) WHERE number IS NOT NULL;
CREATE INDEX leads_number ON leads (workspace_id, number_sort, id) WHERE deleted_at IS NULL;

ALTER TABLE opportunities ADD COLUMN number text COLLATE "C";
ALTER TABLE opportunities ADD COLUMN number_sort text COLLATE "C";
CREATE UNIQUE INDEX opportunities_number_unique ON opportunities (workspace_id, number) WHERE number IS NOT NULL;
CREATE INDEX opportunities_number ON opportunities (workspace_id, number_sort, id) WHERE deleted_at IS NULL;

-- Who does not have every right anyway sees these settings and does not change them.
UPDATE roles SET grants = grants || '{"numbering_rule": {"view": "all"}}' WHERE grants -> '*' -> '*' IS NULL AND grants -> 'numbering_rule' IS NULL;
