UPDATE roles SET field_rights = jsonb_set(field_rights #- '{opportunity,competitor_ids}', '{opportunity,competitor}',
    field_rights #> '{opportunity,competitor_ids}')
WHERE field_rights #> '{opportunity,competitor_ids}' IS NOT NULL;
UPDATE stages SET required_fields = array_replace(required_fields, 'competitor_ids', 'competitor');
ALTER TABLE opportunities ADD COLUMN competitor text COLLATE "C";
UPDATE opportunities SET competitor = (SELECT string_agg(c.name, ', ') FROM competitors c
    WHERE c.workspace_id = opportunities.workspace_id AND c.id::text = ANY (opportunities.competitor_ids));
UPDATE opportunities SET competitor = coalesce(competitor, (SELECT n.name FROM named_references n
    WHERE n.workspace_id = opportunities.workspace_id AND n.record_id = opportunities.id AND n.field = 'competitor_ids' LIMIT 1));
DELETE FROM named_references WHERE field = 'competitor_ids';
ALTER TABLE opportunities DROP COLUMN competitor_ids;
DROP TABLE competitors;
