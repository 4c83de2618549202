-- What the caller saw of the records in the answer: a repeat is answered only while that is so.
ALTER TABLE idempotency_keys ADD COLUMN sight TEXT NOT NULL DEFAULT '{}';
