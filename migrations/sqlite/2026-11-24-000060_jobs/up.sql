-- Jobs of any kind, and one queue for all of them; imports have records of their own and share the queue.

CREATE TABLE jobs (
    rid INTEGER PRIMARY KEY,
    workspace_id BLOB NOT NULL REFERENCES workspaces (id),
    id BLOB NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    created_by BLOB,
    owner_id BLOB,
    external_id TEXT,
    custom_fields TEXT NOT NULL CHECK (json_valid(custom_fields)),
    name TEXT NOT NULL,
    name_sort TEXT NOT NULL,
    work TEXT NOT NULL,
    subject_id BLOB,
    status TEXT NOT NULL,
    wanted TEXT NOT NULL CHECK (json_valid(wanted)),
    progress TEXT NOT NULL CHECK (json_valid(progress)),
    error TEXT CHECK (json_valid(error)),
    finished_at INTEGER,
    deleted_at INTEGER,
    UNIQUE (workspace_id, id),
    FOREIGN KEY (workspace_id, created_by) REFERENCES users (workspace_id, id),
    FOREIGN KEY (workspace_id, owner_id) REFERENCES users (workspace_id, id)
) STRICT;
CREATE UNIQUE INDEX jobs_external_id_unique ON jobs (workspace_id, external_id) WHERE deleted_at IS NULL AND external_id IS NOT NULL;
CREATE UNIQUE INDEX jobs_subject_id_unique ON jobs (workspace_id, work, subject_id) WHERE finished_at IS NULL;
CREATE INDEX jobs_created_at ON jobs (workspace_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX jobs_updated_at ON jobs (workspace_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX jobs_deleted ON jobs (workspace_id, deleted_at, id) WHERE deleted_at IS NOT NULL;
CREATE INDEX jobs_name ON jobs (workspace_id, name_sort, id) WHERE deleted_at IS NULL;
CREATE INDEX jobs_finished_at ON jobs (workspace_id, finished_at, id) WHERE deleted_at IS NULL;
CREATE INDEX jobs_owner_created_at ON jobs (workspace_id, owner_id, created_at, id) WHERE deleted_at IS NULL;

-- Jobs that wait or run. Whoever runs one says so again and again; cancelling takes it away. work tells the table.
CREATE TABLE job_queue (
    workspace_id BLOB NOT NULL REFERENCES workspaces (id),
    job_id BLOB NOT NULL,
    work TEXT NOT NULL,
    locale TEXT NOT NULL,
    queued_at INTEGER NOT NULL,
    alive_at INTEGER,
    PRIMARY KEY (workspace_id, job_id)
) STRICT;
CREATE INDEX job_queue_queued_at ON job_queue (queued_at);
INSERT INTO job_queue (workspace_id, job_id, work, locale, queued_at, alive_at)
    SELECT workspace_id, import_id, 'import', locale, queued_at, alive_at FROM import_queue;
DROP TABLE import_queue;
