-- What live records are looked up by to find those like them. Records that are there get theirs with the rules of texts, which
-- are newer with this release.

CREATE TABLE duplicate_keys (
    workspace_id BLOB NOT NULL REFERENCES workspaces (id),
    key TEXT NOT NULL,
    record_id BLOB NOT NULL,
    kind TEXT NOT NULL,
    PRIMARY KEY (workspace_id, key, record_id)
) STRICT, WITHOUT ROWID;
