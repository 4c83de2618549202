DROP TABLE named_references;
