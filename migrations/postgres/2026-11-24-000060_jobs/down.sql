CREATE TABLE import_queue (
    workspace_id uuid NOT NULL REFERENCES workspaces (id),
    import_id uuid NOT NULL,
    locale text COLLATE "C" NOT NULL,
    queued_at timestamptz NOT NULL,
    alive_at timestamptz,
    PRIMARY KEY (workspace_id, import_id),
    FOREIGN KEY (workspace_id, import_id) REFERENCES imports (workspace_id, id)
);
CREATE INDEX import_queue_queued_at ON import_queue (queued_at);
INSERT INTO import_queue (workspace_id, import_id, locale, queued_at, alive_at)
    SELECT workspace_id, job_id, locale, queued_at, alive_at FROM job_queue WHERE work = 'import';
DROP TABLE job_queue;
DROP TABLE jobs;
