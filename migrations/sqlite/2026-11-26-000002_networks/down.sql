DROP INDEX sessions_network;
CREATE INDEX sessions_address ON sessions (workspace_id, user_id, address, created_at);
ALTER TABLE sessions DROP COLUMN network;
