-- What all refresh tokens of a session have in common, hashed: it tells an old one from one that was made up. Sessions
-- opened before have none; what is not known of them is refused, and ends nothing.
ALTER TABLE sessions ADD COLUMN family_hash text COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE refresh_tokens ADD COLUMN made_at timestamptz NOT NULL DEFAULT 'epoch';
