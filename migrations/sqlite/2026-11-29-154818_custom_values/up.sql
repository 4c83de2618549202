-- The index of custom fields, of live records of all kinds.

CREATE TABLE custom_values (
    workspace_id BLOB NOT NULL REFERENCES workspaces (id),
    record_id BLOB NOT NULL,
    field_id BLOB NOT NULL,
    place INTEGER NOT NULL,
    text TEXT,
    sort TEXT,
    number INTEGER,
    single TEXT,
    PRIMARY KEY (workspace_id, record_id, field_id, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX custom_values_text ON custom_values (workspace_id, field_id, text, record_id);
CREATE INDEX custom_values_sort ON custom_values (workspace_id, field_id, sort, record_id);
CREATE INDEX custom_values_number ON custom_values (workspace_id, field_id, number, record_id);
CREATE UNIQUE INDEX custom_values_single_unique ON custom_values (workspace_id, field_id, single) WHERE single IS NOT NULL;
