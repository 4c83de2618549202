DROP TABLE custom_records;
