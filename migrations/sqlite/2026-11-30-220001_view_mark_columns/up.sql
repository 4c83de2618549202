-- The columns that somebody has made for themselves, and how wide.

ALTER TABLE view_marks ADD COLUMN shown_columns TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(shown_columns));
ALTER TABLE view_marks ADD COLUMN column_widths TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(column_widths));
