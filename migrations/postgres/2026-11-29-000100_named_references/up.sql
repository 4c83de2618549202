-- Texts that a migration turns into references: the server takes them up when it starts.
CREATE TABLE named_references (
    workspace_id uuid NOT NULL REFERENCES workspaces (id),
    kind text COLLATE "C" NOT NULL,
    record_id uuid NOT NULL,
    field text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    PRIMARY KEY (workspace_id, kind, record_id, field, name)
);
