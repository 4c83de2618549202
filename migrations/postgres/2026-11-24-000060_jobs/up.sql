-- Jobs of any kind, and one queue for all of them; imports have records of their own and share the queue.

CREATE TABLE jobs (
    workspace_id uuid NOT NULL REFERENCES workspaces (id),
    id uuid NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    owner_id uuid,
    external_id text COLLATE "C",
    custom_fields jsonb NOT NULL,
    name text COLLATE "C" NOT NULL,
    name_sort text COLLATE "C" NOT NULL,
    work text COLLATE "C" NOT NULL,
    subject_id uuid,
    status text COLLATE "C" NOT NULL,
    wanted jsonb NOT NULL,
    progress jsonb NOT NULL,
    error jsonb,
    finished_at timestamptz,
    deleted_at timestamptz,
    PRIMARY KEY (workspace_id, id),
    FOREIGN KEY (workspace_id, created_by) REFERENCES users (workspace_id, id),
    FOREIGN KEY (workspace_id, owner_id) REFERENCES users (workspace_id, id)
);
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
    workspace_id uuid NOT NULL REFERENCES workspaces (id),
    job_id uuid NOT NULL,
    work text COLLATE "C" NOT NULL,
    locale text COLLATE "C" NOT NULL,
    queued_at timestamptz NOT NULL,
    alive_at timestamptz,
    PRIMARY KEY (workspace_id, job_id)
);
CREATE INDEX job_queue_queued_at ON job_queue (queued_at);
INSERT INTO job_queue (workspace_id, job_id, work, locale, queued_at, alive_at)
    SELECT workspace_id, import_id, 'import', locale, queued_at, alive_at FROM import_queue;
DROP TABLE import_queue;
