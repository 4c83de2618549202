-- Fields whose values the server gives: numbered by a pattern, or computed by a formula.

ALTER TABLE fields ADD COLUMN pattern text COLLATE "C";
ALTER TABLE fields ADD COLUMN formula text COLLATE "C";
