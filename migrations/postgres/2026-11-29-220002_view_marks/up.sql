-- What people have said of views for themselves: the one a list opens with, favourites, what they opened last.

CREATE TABLE view_marks (
    workspace_id uuid NOT NULL REFERENCES workspaces (id),
    user_id uuid NOT NULL,
    kind text COLLATE "C" NOT NULL,
    view text COLLATE "C" NOT NULL,
    is_default boolean NOT NULL,
    is_favourite boolean NOT NULL,
    opened_at timestamptz,
    PRIMARY KEY (workspace_id, user_id, kind, view),
    CONSTRAINT view_marks_user_id_fkey FOREIGN KEY (workspace_id, user_id) REFERENCES users (workspace_id, id)
);
