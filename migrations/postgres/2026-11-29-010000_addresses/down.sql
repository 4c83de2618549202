-- How addresses were typed is not kept.
SELECT 1;
