ALTER TABLE numbering_rules ADD COLUMN start bigint;
