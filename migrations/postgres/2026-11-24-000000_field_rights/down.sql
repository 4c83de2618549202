ALTER TABLE roles DROP COLUMN field_rights;
