DROP TABLE views_fts;
DROP TABLE views;
