-- What programs sign in with. Of a secret only the hash is kept; old_hash is that before a rotation, good until old_until.
CREATE TABLE api_keys (
    workspace_id uuid NOT NULL REFERENCES workspaces (id),
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    name text NOT NULL,
    prefix text COLLATE "C" NOT NULL,
    scopes text[] NOT NULL,
    secret_hash text COLLATE "C" NOT NULL UNIQUE,
    old_hash text COLLATE "C" UNIQUE,
    old_until timestamptz,
    created_at timestamptz NOT NULL,
    rotated_at timestamptz,
    expires_at timestamptz,
    revoked_at timestamptz,
    last_used_at timestamptz,
    last_used_from text COLLATE "C",
    version bigint NOT NULL,
    PRIMARY KEY (workspace_id, id),
    FOREIGN KEY (workspace_id, user_id) REFERENCES users (workspace_id, id)
);
CREATE INDEX api_keys_user ON api_keys (workspace_id, user_id, id);
