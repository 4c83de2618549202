-- Teams within teams; managers reach down the tree.
ALTER TABLE teams ADD COLUMN parent_id uuid;
ALTER TABLE teams ADD CONSTRAINT teams_parent_fkey FOREIGN KEY (workspace_id, parent_id) REFERENCES teams (workspace_id, id);
CREATE INDEX teams_parent_id ON teams (workspace_id, parent_id) WHERE deleted_at IS NULL;
UPDATE roles SET grants = replace(grants::text, '"team"', '"team_below"')::jsonb WHERE key = 'manager' AND builtin;
