DROP TABLE fields_fts;
DROP TABLE fields;
