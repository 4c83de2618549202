-- Teams within teams; managers reach down the tree. A column added later cannot bring a foreign key of two columns along,
-- so that is written into the table's definition: it changes nothing about what is stored.
ALTER TABLE teams ADD COLUMN parent_id BLOB;
PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = replace(sql, 'FOREIGN KEY (workspace_id, created_by)', 'FOREIGN KEY (workspace_id, parent_id) REFERENCES teams (workspace_id, id),
    FOREIGN KEY (workspace_id, created_by)') WHERE type = 'table' AND name = 'teams';
PRAGMA writable_schema = RESET;
CREATE INDEX teams_parent_id ON teams (workspace_id, parent_id) WHERE deleted_at IS NULL;
UPDATE roles SET grants = replace(grants, '"team"', '"team_below"') WHERE key = 'manager' AND builtin = 1;
