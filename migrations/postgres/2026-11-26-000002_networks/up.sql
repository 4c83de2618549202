-- An IPv6 address is one of a network that belongs to one subscriber: who came from there before is asked by network.
ALTER TABLE sessions ADD COLUMN network text COLLATE "C" NOT NULL DEFAULT '';
UPDATE sessions SET network = address;
DROP INDEX sessions_address;
CREATE INDEX sessions_network ON sessions (workspace_id, user_id, network, created_at);
