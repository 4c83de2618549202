-- An e-mail address is the same however it is typed: kept in lower case, as it is looked up.
UPDATE customers SET email = lower(email COLLATE "C") WHERE email <> lower(email COLLATE "C");
UPDATE contacts SET email = lower(email COLLATE "C") WHERE email <> lower(email COLLATE "C");
UPDATE leads SET email = lower(email COLLATE "C") WHERE email <> lower(email COLLATE "C");

-- Users of one workspace could differ in the case of their address only. It goes to who signs in with it, else to who is not
-- disabled, else to the oldest. The others keep a spelling of their own, so that nobody is lost and what they own can be
-- handed over: one that stands in the way gets the spelling that becomes free.
CREATE TABLE address_holders AS
SELECT u.workspace_id, u.id, u.email AS spelling, lower(u.email COLLATE "C") AS address,
    row_number() OVER (
        PARTITION BY u.workspace_id, lower(u.email COLLATE "C") ORDER BY (l.user_id IS NULL), u.disabled, u.created_at, u.id
    ) AS place
FROM users u
LEFT JOIN logins l ON l.workspace_id = u.workspace_id AND l.user_id = u.id AND l.email = lower(u.email COLLATE "C")
WHERE u.deleted_at IS NULL AND u.email IS NOT NULL;
CREATE INDEX address_holders_id ON address_holders (workspace_id, id);
CREATE INDEX address_holders_address ON address_holders (workspace_id, address, place);

DROP INDEX users_email_unique;
UPDATE users SET email = (
    SELECT h.spelling FROM address_holders h
    WHERE h.workspace_id = users.workspace_id AND h.address = users.email AND h.place = 1
)
WHERE deleted_at IS NULL AND email = lower(email COLLATE "C") AND EXISTS (
    SELECT 1 FROM address_holders a WHERE a.workspace_id = users.workspace_id AND a.id = users.id AND a.place > 1
);
UPDATE users SET email = lower(email COLLATE "C")
WHERE email <> lower(email COLLATE "C") AND (deleted_at IS NOT NULL OR EXISTS (
    SELECT 1 FROM address_holders a WHERE a.workspace_id = users.workspace_id AND a.id = users.id AND a.place = 1
));
CREATE UNIQUE INDEX users_email_unique ON users (workspace_id, email) WHERE deleted_at IS NULL AND email IS NOT NULL;
DROP TABLE address_holders;
