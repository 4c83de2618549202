DELETE FROM password_links WHERE asked;
ALTER TABLE password_links DROP CONSTRAINT password_links_workspace_id_user_id_asked_key;
ALTER TABLE password_links DROP COLUMN asked;
ALTER TABLE password_links ADD UNIQUE (workspace_id, user_id);
