-- SQLite's index of words has no such list.
SELECT 1;
