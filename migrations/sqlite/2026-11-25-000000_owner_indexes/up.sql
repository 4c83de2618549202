-- With deleted_at in it the index answers alone which rows of some owners come first: SQLite looks at the column even
-- where the index has live rows only.
DROP INDEX activities_owner_created_at;
CREATE INDEX activities_owner_created_at ON activities (workspace_id, owner_id, created_at, id, deleted_at) WHERE deleted_at IS NULL;
DROP INDEX contacts_owner_created_at;
CREATE INDEX contacts_owner_created_at ON contacts (workspace_id, owner_id, created_at, id, deleted_at) WHERE deleted_at IS NULL;
DROP INDEX contacts_owner_name;
CREATE INDEX contacts_owner_name ON contacts (workspace_id, owner_id, name_sort, id, deleted_at) WHERE deleted_at IS NULL;
DROP INDEX customers_owner_created_at;
CREATE INDEX customers_owner_created_at ON customers (workspace_id, owner_id, created_at, id, deleted_at) WHERE deleted_at IS NULL;
DROP INDEX customers_owner_name;
CREATE INDEX customers_owner_name ON customers (workspace_id, owner_id, name_sort, id, deleted_at) WHERE deleted_at IS NULL;
DROP INDEX imports_owner_created_at;
CREATE INDEX imports_owner_created_at ON imports (workspace_id, owner_id, created_at, id, deleted_at) WHERE deleted_at IS NULL;
DROP INDEX jobs_owner_created_at;
CREATE INDEX jobs_owner_created_at ON jobs (workspace_id, owner_id, created_at, id, deleted_at) WHERE deleted_at IS NULL;
DROP INDEX leads_owner_created_at;
CREATE INDEX leads_owner_created_at ON leads (workspace_id, owner_id, created_at, id, deleted_at) WHERE deleted_at IS NULL;
DROP INDEX leads_owner_name;
CREATE INDEX leads_owner_name ON leads (workspace_id, owner_id, name_sort, id, deleted_at) WHERE deleted_at IS NULL;
DROP INDEX opportunities_owner_created_at;
CREATE INDEX opportunities_owner_created_at ON opportunities (workspace_id, owner_id, created_at, id, deleted_at) WHERE deleted_at IS NULL;
DROP INDEX opportunities_owner_name;
CREATE INDEX opportunities_owner_name ON opportunities (workspace_id, owner_id, name_sort, id, deleted_at) WHERE deleted_at IS NULL;
DROP INDEX tasks_owner_created_at;
CREATE INDEX tasks_owner_created_at ON tasks (workspace_id, owner_id, created_at, id, deleted_at) WHERE deleted_at IS NULL;
DROP INDEX tasks_owner_subject;
CREATE INDEX tasks_owner_subject ON tasks (workspace_id, owner_id, subject_sort, id, deleted_at) WHERE deleted_at IS NULL;
