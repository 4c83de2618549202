ALTER TABLE refresh_tokens DROP COLUMN made_at;
ALTER TABLE sessions DROP COLUMN family_hash;
