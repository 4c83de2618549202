-- Only SQLite had it to mend.
SELECT 1;
