ALTER TABLE numbering_rules ADD COLUMN start INTEGER;
