-- By which rules sort keys, search terms and addresses were made, and how far they are made anew by those of a later release.
CREATE TABLE text_rules (
    version bigint NOT NULL PRIMARY KEY,
    towards bigint NOT NULL,
    kind text COLLATE "C" NOT NULL,
    workspace_id uuid,
    record_id uuid
);
INSERT INTO text_rules (version, towards, kind) VALUES (1, 1, '');
