ALTER TABLE numbering_rules DROP COLUMN start;
