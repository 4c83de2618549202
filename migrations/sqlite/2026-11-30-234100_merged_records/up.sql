-- Where the ids of records lead that were merged into others. A record that comes out of the bin is itself again.

CREATE TABLE merged_records (
    workspace_id BLOB NOT NULL REFERENCES workspaces (id),
    record_id BLOB NOT NULL,
    into_id BLOB NOT NULL,
    PRIMARY KEY (workspace_id, record_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX merged_records_into ON merged_records (workspace_id, into_id);
