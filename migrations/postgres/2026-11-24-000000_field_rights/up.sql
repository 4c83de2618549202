-- What a role hides, masks or locks of the fields of a kind.

ALTER TABLE roles ADD COLUMN field_rights jsonb NOT NULL DEFAULT '{}';
