DROP TABLE custom_kinds;
