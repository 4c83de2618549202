-- The calendar of a workspace: when its fiscal year begins, when is worked, and the days that are otherwise.

ALTER TABLE workspaces ADD COLUMN version bigint NOT NULL DEFAULT 1;
ALTER TABLE workspaces ADD COLUMN fiscal_year_start bigint NOT NULL DEFAULT 1;
ALTER TABLE workspaces ADD COLUMN working_hours jsonb NOT NULL DEFAULT '{"mon":[{"from":"09:00","to":"12:00"},{"from":"13:00","to":"18:00"}],"tue":[{"from":"09:00","to":"12:00"},{"from":"13:00","to":"18:00"}],"wed":[{"from":"09:00","to":"12:00"},{"from":"13:00","to":"18:00"}],"thu":[{"from":"09:00","to":"12:00"},{"from":"13:00","to":"18:00"}],"fri":[{"from":"09:00","to":"12:00"},{"from":"13:00","to":"18:00"}],"sat":[],"sun":[]}';

CREATE TABLE holidays (
    workspace_id uuid NOT NULL REFERENCES workspaces (id),
    id uuid NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    owner_id uuid,
    external_id text COLLATE "C",
    custom_fields jsonb NOT NULL,
    day date NOT NULL,
    name text COLLATE "C" NOT NULL,
    name_sort text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    deleted_at timestamptz,
    PRIMARY KEY (workspace_id, id),
    CONSTRAINT holidays_created_by_fkey FOREIGN KEY (workspace_id, created_by) REFERENCES users (workspace_id, id),
    CONSTRAINT holidays_owner_id_fkey FOREIGN KEY (workspace_id, owner_id) REFERENCES users (workspace_id, id)
);
CREATE UNIQUE INDEX holidays_external_id_unique ON holidays (workspace_id, external_id) WHERE deleted_at IS NULL AND external_id IS NOT NULL;
CREATE INDEX holidays_created_at ON holidays (workspace_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX holidays_updated_at ON holidays (workspace_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX holidays_deleted ON holidays (workspace_id, deleted_at, id) WHERE deleted_at IS NOT NULL;
CREATE INDEX holidays_day ON holidays (workspace_id, day, id) WHERE deleted_at IS NULL;
CREATE INDEX holidays_name ON holidays (workspace_id, name_sort, id) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX holidays_day_unique ON holidays (workspace_id, day) WHERE deleted_at IS NULL;

-- Who does not have every right anyway sees these settings and does not change them.
UPDATE roles SET grants = grants || '{"currency": {"view": "all"}}' WHERE grants -> '*' -> '*' IS NULL AND grants -> 'currency' IS NULL;
UPDATE roles SET grants = grants || '{"exchange_rate": {"view": "all"}}' WHERE grants -> '*' -> '*' IS NULL AND grants -> 'exchange_rate' IS NULL;
UPDATE roles SET grants = grants || '{"holiday": {"view": "all"}}' WHERE grants -> '*' -> '*' IS NULL AND grants -> 'holiday' IS NULL;
