-- How far each subscriber of the change log is in each workspace.
CREATE TABLE subscribers (
    workspace_id BLOB NOT NULL REFERENCES workspaces (id),
    name TEXT NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (workspace_id, name)
) STRICT;
