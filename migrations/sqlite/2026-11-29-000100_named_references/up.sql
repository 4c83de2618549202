-- Texts that a migration turns into references: the server takes them up when it starts.
CREATE TABLE named_references (
    workspace_id BLOB NOT NULL REFERENCES workspaces (id),
    kind TEXT NOT NULL,
    record_id BLOB NOT NULL,
    field TEXT NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (workspace_id, kind, record_id, field, name)
) STRICT, WITHOUT ROWID;
