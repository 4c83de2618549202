-- What was changed together is found together, to be told of and to be undone.
CREATE INDEX change_log_change_set ON change_log (workspace_id, change_set, seq);
-- The answer that is given once more names it as well.
ALTER TABLE idempotency_keys ADD COLUMN change_set BLOB;
