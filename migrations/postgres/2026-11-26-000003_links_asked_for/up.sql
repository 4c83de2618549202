-- Beside the link an administrator gives, a user may have one that was asked for by whoever has forgotten the password.
ALTER TABLE password_links ADD COLUMN asked boolean NOT NULL DEFAULT false;
ALTER TABLE password_links DROP CONSTRAINT password_links_workspace_id_user_id_key;
ALTER TABLE password_links ADD UNIQUE (workspace_id, user_id, asked);
