DROP INDEX opportunities_board;
CREATE INDEX opportunities_board ON opportunities (workspace_id, pipeline_id, status, stage_id, owner_id, amount_base, deleted_at) WHERE deleted_at IS NULL;
