UPDATE roles SET grants = replace(grants, '"team_below"', '"team"');
DROP INDEX teams_parent_id;
PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = replace(sql, 'FOREIGN KEY (workspace_id, parent_id) REFERENCES teams (workspace_id, id),
    FOREIGN KEY (workspace_id, created_by)', 'FOREIGN KEY (workspace_id, created_by)') WHERE type = 'table' AND name = 'teams';
PRAGMA writable_schema = RESET;
ALTER TABLE teams DROP COLUMN parent_id;
