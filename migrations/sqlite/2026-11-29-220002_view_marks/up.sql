-- What people have said of views for themselves: the one a list opens with, favourites, what they opened last.

CREATE TABLE view_marks (
    workspace_id BLOB NOT NULL REFERENCES workspaces (id),
    user_id BLOB NOT NULL,
    kind TEXT NOT NULL,
    view TEXT NOT NULL,
    is_default INTEGER NOT NULL,
    is_favourite INTEGER NOT NULL,
    opened_at INTEGER,
    PRIMARY KEY (workspace_id, user_id, kind, view),
    FOREIGN KEY (workspace_id, user_id) REFERENCES users (workspace_id, id)
) STRICT, WITHOUT ROWID;
