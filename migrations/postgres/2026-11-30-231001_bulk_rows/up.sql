-- What a bulk change is about is fixed when it begins, so that changing a field that is filtered by skips nothing.
CREATE TABLE bulk_rows (
    workspace_id uuid NOT NULL REFERENCES workspaces (id),
    job_id uuid NOT NULL,
    record_id uuid NOT NULL,
    PRIMARY KEY (workspace_id, job_id, record_id)
);
