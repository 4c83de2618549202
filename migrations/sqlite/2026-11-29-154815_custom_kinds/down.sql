DROP TABLE custom_kinds_fts;
DROP TABLE custom_kinds;
