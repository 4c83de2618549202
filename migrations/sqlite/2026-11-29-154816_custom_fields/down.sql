DROP TABLE custom_fields_fts;
DROP TABLE custom_fields;
