DROP TABLE custom_records_fts;
DROP TABLE custom_records;
