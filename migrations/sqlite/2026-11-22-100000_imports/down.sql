DROP TABLE import_queue;
DROP TABLE import_chunks;
DROP TABLE imports;
