-- Currencies in use, what they are worth from which day on, and the rate that each amount was given by.
-- Rates are in units of 10^-10.

CREATE TABLE currencies (
    workspace_id uuid NOT NULL REFERENCES workspaces (id),
    id uuid NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    owner_id uuid,
    external_id text COLLATE "C",
    custom_fields jsonb NOT NULL,
    code text COLLATE "C" NOT NULL,
    code_sort text COLLATE "C" NOT NULL,
    disabled boolean NOT NULL,
    deleted_at timestamptz,
    PRIMARY KEY (workspace_id, id),
    CONSTRAINT currencies_created_by_fkey FOREIGN KEY (workspace_id, created_by) REFERENCES users (workspace_id, id),
    CONSTRAINT currencies_owner_id_fkey FOREIGN KEY (workspace_id, owner_id) REFERENCES users (workspace_id, id)
);
CREATE UNIQUE INDEX currencies_external_id_unique ON currencies (workspace_id, external_id) WHERE deleted_at IS NULL AND external_id IS NOT NULL;
CREATE INDEX currencies_created_at ON currencies (workspace_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX currencies_updated_at ON currencies (workspace_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX currencies_deleted ON currencies (workspace_id, deleted_at, id) WHERE deleted_at IS NOT NULL;
CREATE INDEX currencies_code ON currencies (workspace_id, code_sort, id) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX currencies_code_unique ON currencies (workspace_id, code) WHERE deleted_at IS NULL;

CREATE TABLE exchange_rates (
    workspace_id uuid NOT NULL REFERENCES workspaces (id),
    id uuid NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    owner_id uuid,
    external_id text COLLATE "C",
    custom_fields jsonb NOT NULL,
    currency text COLLATE "C" NOT NULL,
    currency_sort text COLLATE "C" NOT NULL,
    valid_from date NOT NULL,
    rate bigint NOT NULL,
    deleted_at timestamptz,
    PRIMARY KEY (workspace_id, id),
    CONSTRAINT exchange_rates_created_by_fkey FOREIGN KEY (workspace_id, created_by) REFERENCES users (workspace_id, id),
    CONSTRAINT exchange_rates_owner_id_fkey FOREIGN KEY (workspace_id, owner_id) REFERENCES users (workspace_id, id)
);
CREATE UNIQUE INDEX exchange_rates_external_id_unique ON exchange_rates (workspace_id, external_id) WHERE deleted_at IS NULL AND external_id IS NOT NULL;
CREATE INDEX exchange_rates_created_at ON exchange_rates (workspace_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX exchange_rates_updated_at ON exchange_rates (workspace_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX exchange_rates_deleted ON exchange_rates (workspace_id, deleted_at, id) WHERE deleted_at IS NOT NULL;
CREATE INDEX exchange_rates_currency ON exchange_rates (workspace_id, currency_sort, id) WHERE deleted_at IS NULL;
CREATE INDEX exchange_rates_valid_from ON exchange_rates (workspace_id, valid_from, id) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX exchange_rates_valid_from_unique ON exchange_rates (workspace_id, currency, valid_from) WHERE deleted_at IS NULL;

ALTER TABLE customers ADD COLUMN annual_revenue_rate bigint;
UPDATE customers SET annual_revenue_rate = 10000000000 WHERE annual_revenue IS NOT NULL;

ALTER TABLE products ADD COLUMN price_rate bigint;
UPDATE products SET price_rate = 10000000000 WHERE price IS NOT NULL;

ALTER TABLE opportunities ADD COLUMN amount_rate bigint;
UPDATE opportunities SET amount_rate = 10000000000 WHERE amount IS NOT NULL;
