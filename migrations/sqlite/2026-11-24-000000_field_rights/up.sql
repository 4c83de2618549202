-- What a role hides, masks or locks of the fields of a kind.

ALTER TABLE roles ADD COLUMN field_rights TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(field_rights));
