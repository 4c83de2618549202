-- Currencies in use, what they are worth from which day on, and the rate that each amount was given by.
-- Rates are in units of 10^-10.

CREATE TABLE currencies (
    rid INTEGER PRIMARY KEY,
    workspace_id BLOB NOT NULL REFERENCES workspaces (id),
    id BLOB NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    created_by BLOB,
    owner_id BLOB,
    external_id TEXT,
    custom_fields TEXT NOT NULL CHECK (json_valid(custom_fields)),
    code TEXT NOT NULL,
    code_sort TEXT NOT NULL,
    disabled INTEGER NOT NULL,
    deleted_at INTEGER,
    UNIQUE (workspace_id, id),
    FOREIGN KEY (workspace_id, created_by) REFERENCES users (workspace_id, id),
    FOREIGN KEY (workspace_id, owner_id) REFERENCES users (workspace_id, id)
) STRICT;
CREATE UNIQUE INDEX currencies_external_id_unique ON currencies (workspace_id, external_id) WHERE deleted_at IS NULL AND external_id IS NOT NULL;
CREATE INDEX currencies_created_at ON currencies (workspace_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX currencies_updated_at ON currencies (workspace_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX currencies_deleted ON currencies (workspace_id, deleted_at, id) WHERE deleted_at IS NOT NULL;
CREATE INDEX currencies_code ON currencies (workspace_id, code_sort, id) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX currencies_code_unique ON currencies (workspace_id, code) WHERE deleted_at IS NULL;

CREATE TABLE exchange_rates (
    rid INTEGER PRIMARY KEY,
    workspace_id BLOB NOT NULL REFERENCES workspaces (id),
    id BLOB NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    created_by BLOB,
    owner_id BLOB,
    external_id TEXT,
    custom_fields TEXT NOT NULL CHECK (json_valid(custom_fields)),
    currency TEXT NOT NULL,
    currency_sort TEXT NOT NULL,
    valid_from TEXT NOT NULL,
    rate INTEGER NOT NULL,
    deleted_at INTEGER,
    UNIQUE (workspace_id, id),
    FOREIGN KEY (workspace_id, created_by) REFERENCES users (workspace_id, id),
    FOREIGN KEY (workspace_id, owner_id) REFERENCES users (workspace_id, id)
) STRICT;
CREATE UNIQUE INDEX exchange_rates_external_id_unique ON exchange_rates (workspace_id, external_id) WHERE deleted_at IS NULL AND external_id IS NOT NULL;
CREATE INDEX exchange_rates_created_at ON exchange_rates (workspace_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX exchange_rates_updated_at ON exchange_rates (workspace_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX exchange_rates_deleted ON exchange_rates (workspace_id, deleted_at, id) WHERE deleted_at IS NOT NULL;
CREATE INDEX exchange_rates_currency ON exchange_rates (workspace_id, currency_sort, id) WHERE deleted_at IS NULL;
CREATE INDEX exchange_rates_valid_from ON exchange_rates (workspace_id, valid_from, id) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX exchange_rates_valid_from_unique ON exchange_rates (workspace_id, currency, valid_from) WHERE deleted_at IS NULL;

ALTER TABLE customers ADD COLUMN annual_revenue_rate INTEGER;
UPDATE customers SET annual_revenue_rate = 10000000000 WHERE annual_revenue IS NOT NULL;

ALTER TABLE products ADD COLUMN price_rate INTEGER;
UPDATE products SET price_rate = 10000000000 WHERE price IS NOT NULL;

ALTER TABLE opportunities ADD COLUMN amount_rate INTEGER;
UPDATE opportunities SET amount_rate = 10000000000 WHERE amount IS NOT NULL;
