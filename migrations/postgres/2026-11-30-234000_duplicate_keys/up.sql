-- What live records are looked up by to find those like them. Records that are there get theirs with the rules of texts, which
-- are newer with this release.

CREATE TABLE duplicate_keys (
    workspace_id uuid NOT NULL REFERENCES workspaces (id),
    key text COLLATE "C" NOT NULL,
    record_id uuid NOT NULL,
    kind text NOT NULL,
    PRIMARY KEY (workspace_id, key, record_id)
);
