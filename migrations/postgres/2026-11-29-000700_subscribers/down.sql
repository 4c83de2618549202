DROP TABLE subscribers;
-- The feed of before knows of no derived changes; the links of these entries no longer verify.
UPDATE change_log SET action = 'update' WHERE action = 'derive';
