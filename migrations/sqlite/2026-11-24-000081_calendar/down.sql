UPDATE roles SET grants = json_remove(grants, '$.currency');
UPDATE roles SET grants = json_remove(grants, '$.exchange_rate');
UPDATE roles SET grants = json_remove(grants, '$.holiday');
DROP TABLE holidays;
ALTER TABLE workspaces DROP COLUMN working_hours;
ALTER TABLE workspaces DROP COLUMN fiscal_year_start;
ALTER TABLE workspaces DROP COLUMN version;
