ALTER TABLE view_marks DROP COLUMN column_widths;
ALTER TABLE view_marks DROP COLUMN shown_columns;
