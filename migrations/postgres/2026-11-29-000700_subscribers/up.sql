-- How far each subscriber of the change log is in each workspace.
CREATE TABLE subscribers (
    workspace_id uuid NOT NULL REFERENCES workspaces (id),
    name text COLLATE "C" NOT NULL,
    position bigint NOT NULL,
    PRIMARY KEY (workspace_id, name)
);
