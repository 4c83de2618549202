DROP TABLE kinds_fts;
DROP TABLE kinds;
