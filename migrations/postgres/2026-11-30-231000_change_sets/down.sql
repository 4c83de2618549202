ALTER TABLE idempotency_keys DROP COLUMN change_set;
DROP INDEX change_log_change_set;
