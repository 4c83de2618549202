DROP TABLE second_factors;
DROP TABLE password_links;
DROP INDEX sessions_address;
ALTER TABLE sessions DROP COLUMN seen_at;
ALTER TABLE sessions DROP COLUMN address;
ALTER TABLE users DROP COLUMN two_factor;
ALTER TABLE users DROP COLUMN signed_in_at;
ALTER TABLE users DROP COLUMN password_changed_at;
ALTER TABLE users DROP COLUMN invited_at;
