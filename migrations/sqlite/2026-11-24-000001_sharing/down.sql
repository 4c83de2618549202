UPDATE roles SET grants = json_remove(grants, '$."*".share') WHERE key IN ('manager', 'sales') AND builtin = 1;
DROP TABLE record_members;
