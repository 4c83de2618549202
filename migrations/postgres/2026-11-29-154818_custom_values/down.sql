DROP TABLE custom_values;
