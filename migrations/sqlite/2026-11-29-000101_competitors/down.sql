UPDATE roles SET field_rights = json_set(json_remove(field_rights, '$.opportunity.competitor_ids'), '$.opportunity.competitor',
    json_extract(field_rights, '$.opportunity.competitor_ids'))
WHERE json_extract(field_rights, '$.opportunity.competitor_ids') IS NOT NULL;
UPDATE stages SET required_fields = replace(required_fields, '"competitor_ids"', '"competitor"');
ALTER TABLE opportunities ADD COLUMN competitor TEXT;
UPDATE opportunities SET competitor = (SELECT group_concat(name, ', ') FROM competitors c, json_each(opportunities.competitor_ids) e
    WHERE c.workspace_id = opportunities.workspace_id AND lower(hex(c.id)) = replace(e.value, '-', ''));
UPDATE opportunities SET competitor = coalesce(competitor, (SELECT n.name FROM named_references n
    WHERE n.workspace_id = opportunities.workspace_id AND n.record_id = opportunities.id AND n.field = 'competitor_ids' LIMIT 1));
DELETE FROM named_references WHERE field = 'competitor_ids';
ALTER TABLE opportunities DROP COLUMN competitor_ids;
DROP TABLE competitors_fts;
DROP TABLE competitors;
