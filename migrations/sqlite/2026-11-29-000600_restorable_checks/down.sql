PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = replace(replace(sql,
    'CHECK (report IS NULL OR json_valid(report))', 'CHECK (json_valid(report))'),
    'CHECK (error IS NULL OR json_valid(error))', 'CHECK (json_valid(error))')
WHERE type = 'table' AND name IN ('imports', 'jobs');
PRAGMA writable_schema = RESET;
