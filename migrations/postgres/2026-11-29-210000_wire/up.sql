-- What the API tells of a record, beside its columns.

ALTER TABLE leads ADD COLUMN wire text COLLATE "C";
ALTER TABLE contacts ADD COLUMN wire text COLLATE "C";
ALTER TABLE customers ADD COLUMN wire text COLLATE "C";
ALTER TABLE activities ADD COLUMN wire text COLLATE "C";
ALTER TABLE tasks ADD COLUMN wire text COLLATE "C";
ALTER TABLE opportunities ADD COLUMN wire text COLLATE "C";
ALTER TABLE products ADD COLUMN wire text COLLATE "C";
ALTER TABLE competitors ADD COLUMN wire text COLLATE "C";
ALTER TABLE custom_records ADD COLUMN wire text COLLATE "C";
