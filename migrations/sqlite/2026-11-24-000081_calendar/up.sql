-- The calendar of a workspace: when its fiscal year begins, when is worked, and the days that are otherwise.

ALTER TABLE workspaces ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
ALTER TABLE workspaces ADD COLUMN fiscal_year_start INTEGER NOT NULL DEFAULT 1;
ALTER TABLE workspaces ADD COLUMN working_hours TEXT NOT NULL DEFAULT '{"mon":[{"from":"09:00","to":"12:00"},{"from":"13:00","to":"18:00"}],"tue":[{"from":"09:00","to":"12:00"},{"from":"13:00","to":"18:00"}],"wed":[{"from":"09:00","to":"12:00"},{"from":"13:00","to":"18:00"}],"thu":[{"from":"09:00","to":"12:00"},{"from":"13:00","to":"18:00"}],"fri":[{"from":"09:00","to":"12:00"},{"from":"13:00","to":"18:00"}],"sat":[],"sun":[]}' CHECK (json_valid(working_hours));

CREATE TABLE holidays (
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
    day TEXT NOT NULL,
    name TEXT NOT NULL,
    name_sort TEXT NOT NULL,
    kind TEXT NOT NULL,
    deleted_at INTEGER,
    UNIQUE (workspace_id, id),
    FOREIGN KEY (workspace_id, created_by) REFERENCES users (workspace_id, id),
    FOREIGN KEY (workspace_id, owner_id) REFERENCES users (workspace_id, id)
) STRICT;
CREATE UNIQUE INDEX holidays_external_id_unique ON holidays (workspace_id, external_id) WHERE deleted_at IS NULL AND external_id IS NOT NULL;
CREATE INDEX holidays_created_at ON holidays (workspace_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX holidays_updated_at ON holidays (workspace_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX holidays_deleted ON holidays (workspace_id, deleted_at, id) WHERE deleted_at IS NOT NULL;
CREATE INDEX holidays_day ON holidays (workspace_id, day, id) WHERE deleted_at IS NULL;
CREATE INDEX holidays_name ON holidays (workspace_id, name_sort, id) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX holidays_day_unique ON holidays (workspace_id, day) WHERE deleted_at IS NULL;

-- Who does not have every right anyway sees these settings and does not change them.
UPDATE roles SET grants = json_set(grants, '$.currency', json('{"view":"all"}')) WHERE json_extract(grants, '$."*"."*"') IS NULL AND json_extract(grants, '$.currency') IS NULL;
UPDATE roles SET grants = json_set(grants, '$.exchange_rate', json('{"view":"all"}')) WHERE json_extract(grants, '$."*"."*"') IS NULL AND json_extract(grants, '$.exchange_rate') IS NULL;
UPDATE roles SET grants = json_set(grants, '$.holiday', json('{"view":"all"}')) WHERE json_extract(grants, '$."*"."*"') IS NULL AND json_extract(grants, '$.holiday') IS NULL;
