UPDATE roles SET grants = replace(grants::text, '"team_below"', '"team"')::jsonb;
DROP INDEX teams_parent_id;
ALTER TABLE teams DROP COLUMN parent_id;
