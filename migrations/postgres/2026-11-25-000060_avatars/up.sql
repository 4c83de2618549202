-- Pictures of users. The picture itself lies in a table of its own, so that no list of users reads it.
ALTER TABLE users ADD COLUMN avatar text COLLATE "C";

CREATE TABLE avatars (
    workspace_id uuid NOT NULL,
    user_id uuid NOT NULL,
    content bytea NOT NULL,
    PRIMARY KEY (workspace_id, user_id),
    FOREIGN KEY (workspace_id, user_id) REFERENCES users (workspace_id, id) ON DELETE CASCADE
);
