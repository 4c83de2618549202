-- Letters to be sent. kind: forgot (somebody asks for a new password, and nobody has looked whose address it is), or what
-- the letter is. facts: what it tells, with a link; erased once the letter is sent or given up. Whose turn it is to send
-- holds a letter until next_try_at.
CREATE TABLE outbox (
    id uuid NOT NULL PRIMARY KEY,
    workspace_id uuid REFERENCES workspaces (id),
    user_id uuid,
    kind text COLLATE "C" NOT NULL,
    address text NOT NULL,
    facts jsonb,
    created_at timestamptz NOT NULL,
    next_try_at timestamptz NOT NULL,
    give_up_at timestamptz NOT NULL,
    tries bigint NOT NULL,
    sent_at timestamptz,
    failed_at timestamptz,
    error text,
    FOREIGN KEY (workspace_id, user_id) REFERENCES users (workspace_id, id)
);
CREATE INDEX outbox_due ON outbox (next_try_at) WHERE sent_at IS NULL AND failed_at IS NULL;
CREATE INDEX outbox_user ON outbox (workspace_id, user_id, created_at);
CREATE INDEX outbox_created_at ON outbox (created_at);
