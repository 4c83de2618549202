-- The codes of now are not read by what came before.
UPDATE second_factors SET recovery = '{}';
