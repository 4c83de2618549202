UPDATE roles SET grants = grants #- '{*,share}' WHERE key IN ('manager', 'sales') AND builtin;
DROP TABLE record_members;
