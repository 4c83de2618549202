UPDATE roles SET grants = replace(grants, '"team_below"', '"team"');
DROP INDEX teams_parent_id;
ALTER TABLE teams DROP COLUMN parent_id;
