-- Fields whose values the server gives: numbered by a pattern, or computed by a formula.

ALTER TABLE fields ADD COLUMN pattern TEXT;
ALTER TABLE fields ADD COLUMN formula TEXT;
