-- The columns that somebody has made for themselves, and how wide.

ALTER TABLE view_marks ADD COLUMN shown_columns jsonb NOT NULL DEFAULT '[]';
ALTER TABLE view_marks ADD COLUMN column_widths jsonb NOT NULL DEFAULT '{}';
