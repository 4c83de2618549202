-- By which rules sort keys, search terms and addresses were made, and how far they are made anew by those of a later release.
CREATE TABLE text_rules (
    version INTEGER NOT NULL PRIMARY KEY,
    towards INTEGER NOT NULL,
    kind TEXT NOT NULL,
    workspace_id BLOB,
    record_id BLOB
) STRICT;
INSERT INTO text_rules (version, towards, kind) VALUES (1, 1, '');
