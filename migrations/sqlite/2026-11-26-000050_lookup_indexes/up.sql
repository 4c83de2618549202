-- Open tasks are few among those that are done, and both the list of all and one's own are sorted by due date.
CREATE INDEX tasks_status_due_at ON tasks (workspace_id, status, due_at, id) WHERE deleted_at IS NULL;
CREATE INDEX tasks_owner_status_due_at ON tasks (workspace_id, owner_id, status, due_at, id) WHERE deleted_at IS NULL;
-- Who writes or calls is looked up by address and number.
CREATE INDEX customers_email ON customers (workspace_id, email) WHERE deleted_at IS NULL AND email IS NOT NULL;
CREATE INDEX customers_phone ON customers (workspace_id, phone) WHERE deleted_at IS NULL AND phone IS NOT NULL;
CREATE INDEX contacts_email ON contacts (workspace_id, email) WHERE deleted_at IS NULL AND email IS NOT NULL;
CREATE INDEX contacts_phone ON contacts (workspace_id, phone) WHERE deleted_at IS NULL AND phone IS NOT NULL;
CREATE INDEX leads_email ON leads (workspace_id, email) WHERE deleted_at IS NULL AND email IS NOT NULL;
CREATE INDEX leads_phone ON leads (workspace_id, phone) WHERE deleted_at IS NULL AND phone IS NOT NULL;
