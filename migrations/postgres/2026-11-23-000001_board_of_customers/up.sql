-- The board's sums for who sees a deal through its customer: from the index alone.
DROP INDEX opportunities_board;
CREATE INDEX opportunities_board ON opportunities (workspace_id, pipeline_id, status, stage_id, owner_id, customer_id, amount_base) WHERE deleted_at IS NULL;
