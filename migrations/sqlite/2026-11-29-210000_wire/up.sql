-- What the API tells of a record, beside its columns.

ALTER TABLE leads ADD COLUMN wire TEXT;
ALTER TABLE contacts ADD COLUMN wire TEXT;
ALTER TABLE customers ADD COLUMN wire TEXT;
ALTER TABLE activities ADD COLUMN wire TEXT;
ALTER TABLE tasks ADD COLUMN wire TEXT;
ALTER TABLE opportunities ADD COLUMN wire TEXT;
ALTER TABLE products ADD COLUMN wire TEXT;
ALTER TABLE competitors ADD COLUMN wire TEXT;
ALTER TABLE custom_records ADD COLUMN wire TEXT;
