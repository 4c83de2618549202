-- Teams within teams; managers reach down the tree. A column added later has no foreign key of two columns here: the
-- API sees to it that the parent is of the same workspace.
ALTER TABLE teams ADD COLUMN parent_id BLOB;
CREATE INDEX teams_parent_id ON teams (workspace_id, parent_id) WHERE deleted_at IS NULL;
UPDATE roles SET grants = replace(grants, '"team"', '"team_below"') WHERE key = 'manager' AND builtin = 1;
