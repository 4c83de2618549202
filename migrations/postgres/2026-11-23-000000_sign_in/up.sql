-- Signing in: where a session comes from, links to set a password with, second factors, and what a user record tells of it.

ALTER TABLE users ADD COLUMN invited_at timestamptz;
ALTER TABLE users ADD COLUMN password_changed_at timestamptz;
ALTER TABLE users ADD COLUMN signed_in_at timestamptz;
ALTER TABLE users ADD COLUMN two_factor boolean NOT NULL DEFAULT false;

ALTER TABLE sessions ADD COLUMN address text COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN seen_at timestamptz;
CREATE INDEX sessions_address ON sessions (workspace_id, user_id, address, created_at);

-- One for a user at a time, used up when a password is set.
CREATE TABLE password_links (
    token_hash text COLLATE "C" NOT NULL PRIMARY KEY,
    workspace_id uuid NOT NULL REFERENCES workspaces (id),
    user_id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    UNIQUE (workspace_id, user_id),
    FOREIGN KEY (workspace_id, user_id) REFERENCES users (workspace_id, id)
);

-- step: the time step of the last code that was taken; none is taken twice. recovery: hashes of the codes left.
CREATE TABLE second_factors (
    workspace_id uuid NOT NULL REFERENCES workspaces (id),
    user_id uuid NOT NULL,
    secret text COLLATE "C" NOT NULL,
    step bigint NOT NULL,
    created_at timestamptz NOT NULL,
    recovery text[] NOT NULL,
    PRIMARY KEY (workspace_id, user_id),
    FOREIGN KEY (workspace_id, user_id) REFERENCES users (workspace_id, id)
);
