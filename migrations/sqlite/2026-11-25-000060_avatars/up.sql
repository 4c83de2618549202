-- Pictures of users. The picture itself lies in a table of its own, so that no list of users reads it.
ALTER TABLE users ADD COLUMN avatar TEXT;

CREATE TABLE avatars (
    workspace_id BLOB NOT NULL,
    user_id BLOB NOT NULL,
    content BLOB NOT NULL,
    PRIMARY KEY (workspace_id, user_id),
    FOREIGN KEY (workspace_id, user_id) REFERENCES users (workspace_id, id) ON DELETE CASCADE
) STRICT;
