ALTER TABLE fields DROP COLUMN formula;
ALTER TABLE fields DROP COLUMN pattern;
