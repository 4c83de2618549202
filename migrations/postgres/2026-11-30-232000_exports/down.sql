DROP TABLE export_chunks;
DROP TABLE export_files;
DELETE FROM job_queue WHERE work = 'export';
DELETE FROM jobs WHERE work = 'export';
DROP TABLE exports;
