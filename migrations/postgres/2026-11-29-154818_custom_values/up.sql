-- The index of custom fields, of live records of all kinds.

CREATE TABLE custom_values (
    workspace_id uuid NOT NULL REFERENCES workspaces (id),
    record_id uuid NOT NULL,
    field_id uuid NOT NULL,
    place bigint NOT NULL,
    text text COLLATE "C",
    sort text COLLATE "C",
    number bigint,
    single text COLLATE "C",
    PRIMARY KEY (workspace_id, record_id, field_id, place)
);
CREATE INDEX custom_values_text ON custom_values (workspace_id, field_id, text, record_id);
CREATE INDEX custom_values_sort ON custom_values (workspace_id, field_id, sort, record_id);
CREATE INDEX custom_values_number ON custom_values (workspace_id, field_id, number, record_id);
CREATE UNIQUE INDEX custom_values_single_unique ON custom_values (workspace_id, field_id, single) WHERE single IS NOT NULL;
