-- Recovery codes are kept as argon2id hashes, which the fast ones kept so far cannot be turned into. Those codes end: who
-- has a second factor turns it off and on again for new ones.
UPDATE second_factors SET recovery = '[]';
