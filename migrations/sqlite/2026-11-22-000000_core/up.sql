-- The core: workspaces, the records of sales, and what the server keeps for itself.
-- Keys are led by the workspace: walls between tenants, and ready to be sharded by workspace.

CREATE TABLE workspaces (
    id BLOB NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    currency TEXT NOT NULL,
    locale TEXT NOT NULL,
    time_zone TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE teams (
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
    name TEXT NOT NULL,
    name_sort TEXT NOT NULL,
    manager_id BLOB,
    deleted_at INTEGER,
    UNIQUE (workspace_id, id),
    FOREIGN KEY (workspace_id, created_by) REFERENCES users (workspace_id, id),
    FOREIGN KEY (workspace_id, owner_id) REFERENCES users (workspace_id, id),
    FOREIGN KEY (workspace_id, manager_id) REFERENCES users (workspace_id, id)
) STRICT;
CREATE UNIQUE INDEX teams_external_id_unique ON teams (workspace_id, external_id) WHERE deleted_at IS NULL AND external_id IS NOT NULL;
CREATE INDEX teams_created_at ON teams (workspace_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX teams_updated_at ON teams (workspace_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX teams_deleted ON teams (workspace_id, deleted_at, id) WHERE deleted_at IS NOT NULL;
CREATE INDEX teams_name ON teams (workspace_id, name_sort, id) WHERE deleted_at IS NULL;
CREATE INDEX teams_manager_id ON teams (workspace_id, manager_id) WHERE deleted_at IS NULL;
CREATE VIRTUAL TABLE teams_fts USING fts5 (terms, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 0', prefix = '2 3', detail = none);

CREATE TABLE users (
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
    name TEXT NOT NULL,
    name_sort TEXT NOT NULL,
    email TEXT,
    phone TEXT,
    title TEXT,
    team_id BLOB,
    roles TEXT NOT NULL CHECK (json_valid(roles)),
    disabled INTEGER NOT NULL,
    locale TEXT,
    time_zone TEXT,
    deleted_at INTEGER,
    UNIQUE (workspace_id, id),
    FOREIGN KEY (workspace_id, created_by) REFERENCES users (workspace_id, id),
    FOREIGN KEY (workspace_id, owner_id) REFERENCES users (workspace_id, id),
    FOREIGN KEY (workspace_id, team_id) REFERENCES teams (workspace_id, id)
) STRICT;
CREATE UNIQUE INDEX users_external_id_unique ON users (workspace_id, external_id) WHERE deleted_at IS NULL AND external_id IS NOT NULL;
CREATE INDEX users_created_at ON users (workspace_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX users_updated_at ON users (workspace_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX users_deleted ON users (workspace_id, deleted_at, id) WHERE deleted_at IS NOT NULL;
CREATE INDEX users_name ON users (workspace_id, name_sort, id) WHERE deleted_at IS NULL;
CREATE INDEX users_team_id ON users (workspace_id, team_id) WHERE deleted_at IS NULL;
CREATE VIRTUAL TABLE users_fts USING fts5 (terms, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 0', prefix = '2 3', detail = none);

CREATE TABLE roles (
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
    key TEXT NOT NULL,
    key_sort TEXT NOT NULL,
    name TEXT NOT NULL,
    name_sort TEXT NOT NULL,
    builtin INTEGER NOT NULL,
    grants TEXT NOT NULL CHECK (json_valid(grants)),
    description TEXT,
    deleted_at INTEGER,
    UNIQUE (workspace_id, id),
    FOREIGN KEY (workspace_id, created_by) REFERENCES users (workspace_id, id),
    FOREIGN KEY (workspace_id, owner_id) REFERENCES users (workspace_id, id)
) STRICT;
CREATE UNIQUE INDEX roles_external_id_unique ON roles (workspace_id, external_id) WHERE deleted_at IS NULL AND external_id IS NOT NULL;
CREATE INDEX roles_created_at ON roles (workspace_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX roles_updated_at ON roles (workspace_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX roles_deleted ON roles (workspace_id, deleted_at, id) WHERE deleted_at IS NOT NULL;
CREATE INDEX roles_key ON roles (workspace_id, key_sort, id) WHERE deleted_at IS NULL;
CREATE INDEX roles_name ON roles (workspace_id, name_sort, id) WHERE deleted_at IS NULL;
CREATE VIRTUAL TABLE roles_fts USING fts5 (terms, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 0', prefix = '2 3', detail = none);

CREATE TABLE tags (
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
    name TEXT NOT NULL,
    name_sort TEXT NOT NULL,
    color TEXT NOT NULL,
    deleted_at INTEGER,
    UNIQUE (workspace_id, id),
    FOREIGN KEY (workspace_id, created_by) REFERENCES users (workspace_id, id),
    FOREIGN KEY (workspace_id, owner_id) REFERENCES users (workspace_id, id)
) STRICT;
CREATE UNIQUE INDEX tags_external_id_unique ON tags (workspace_id, external_id) WHERE deleted_at IS NULL AND external_id IS NOT NULL;
CREATE INDEX tags_created_at ON tags (workspace_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX tags_updated_at ON tags (workspace_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX tags_deleted ON tags (workspace_id, deleted_at, id) WHERE deleted_at IS NOT NULL;
CREATE INDEX tags_name ON tags (workspace_id, name_sort, id) WHERE deleted_at IS NULL;
CREATE VIRTUAL TABLE tags_fts USING fts5 (terms, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 0', prefix = '2 3', detail = none);

CREATE TABLE picklists (
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
    key TEXT NOT NULL,
    key_sort TEXT NOT NULL,
    name TEXT NOT NULL,
    name_sort TEXT NOT NULL,
    restricted INTEGER NOT NULL,
    options TEXT NOT NULL CHECK (json_valid(options)),
    deleted_at INTEGER,
    UNIQUE (workspace_id, id),
    FOREIGN KEY (workspace_id, created_by) REFERENCES users (workspace_id, id),
    FOREIGN KEY (workspace_id, owner_id) REFERENCES users (workspace_id, id)
) STRICT;
CREATE UNIQUE INDEX picklists_external_id_unique ON picklists (workspace_id, external_id) WHERE deleted_at IS NULL AND external_id IS NOT NULL;
CREATE INDEX picklists_created_at ON picklists (workspace_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX picklists_updated_at ON picklists (workspace_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX picklists_deleted ON picklists (workspace_id, deleted_at, id) WHERE deleted_at IS NOT NULL;
CREATE INDEX picklists_key ON picklists (workspace_id, key_sort, id) WHERE deleted_at IS NULL;
CREATE INDEX picklists_name ON picklists (workspace_id, name_sort, id) WHERE deleted_at IS NULL;
CREATE VIRTUAL TABLE picklists_fts USING fts5 (terms, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 0', prefix = '2 3', detail = none);

CREATE TABLE products (
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
    name TEXT NOT NULL,
    name_sort TEXT NOT NULL,
    code TEXT,
    category TEXT,
    unit TEXT,
    price INTEGER,
    price_currency TEXT,
    price_base INTEGER,
    inactive INTEGER NOT NULL,
    description TEXT,
    deleted_at INTEGER,
    UNIQUE (workspace_id, id),
    FOREIGN KEY (workspace_id, created_by) REFERENCES users (workspace_id, id),
    FOREIGN KEY (workspace_id, owner_id) REFERENCES users (workspace_id, id)
) STRICT;
CREATE UNIQUE INDEX products_external_id_unique ON products (workspace_id, external_id) WHERE deleted_at IS NULL AND external_id IS NOT NULL;
CREATE INDEX products_created_at ON products (workspace_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX products_updated_at ON products (workspace_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX products_deleted ON products (workspace_id, deleted_at, id) WHERE deleted_at IS NOT NULL;
CREATE INDEX products_name ON products (workspace_id, name_sort, id) WHERE deleted_at IS NULL;
CREATE INDEX products_price ON products (workspace_id, price_base, id) WHERE deleted_at IS NULL;
CREATE VIRTUAL TABLE products_fts USING fts5 (terms, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 0', prefix = '2 3', detail = none);

CREATE TABLE pipelines (
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
    name TEXT NOT NULL,
    name_sort TEXT NOT NULL,
    position INTEGER NOT NULL,
    archived INTEGER NOT NULL,
    deleted_at INTEGER,
    UNIQUE (workspace_id, id),
    FOREIGN KEY (workspace_id, created_by) REFERENCES users (workspace_id, id),
    FOREIGN KEY (workspace_id, owner_id) REFERENCES users (workspace_id, id)
) STRICT;
CREATE UNIQUE INDEX pipelines_external_id_unique ON pipelines (workspace_id, external_id) WHERE deleted_at IS NULL AND external_id IS NOT NULL;
CREATE INDEX pipelines_created_at ON pipelines (workspace_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX pipelines_updated_at ON pipelines (workspace_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX pipelines_deleted ON pipelines (workspace_id, deleted_at, id) WHERE deleted_at IS NOT NULL;
CREATE INDEX pipelines_name ON pipelines (workspace_id, name_sort, id) WHERE deleted_at IS NULL;
CREATE INDEX pipelines_position ON pipelines (workspace_id, position, id) WHERE deleted_at IS NULL;
CREATE VIRTUAL TABLE pipelines_fts USING fts5 (terms, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 0', prefix = '2 3', detail = none);

CREATE TABLE stages (
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
    pipeline_id BLOB NOT NULL,
    name TEXT NOT NULL,
    name_sort TEXT NOT NULL,
    position INTEGER NOT NULL,
    probability INTEGER NOT NULL,
    rotting_days INTEGER,
    required_fields TEXT NOT NULL CHECK (json_valid(required_fields)),
    allowed_from TEXT NOT NULL CHECK (json_valid(allowed_from)),
    exit_criteria TEXT,
    deleted_at INTEGER,
    UNIQUE (workspace_id, id),
    FOREIGN KEY (workspace_id, created_by) REFERENCES users (workspace_id, id),
    FOREIGN KEY (workspace_id, owner_id) REFERENCES users (workspace_id, id),
    FOREIGN KEY (workspace_id, pipeline_id) REFERENCES pipelines (workspace_id, id)
) STRICT;
CREATE UNIQUE INDEX stages_external_id_unique ON stages (workspace_id, external_id) WHERE deleted_at IS NULL AND external_id IS NOT NULL;
CREATE INDEX stages_created_at ON stages (workspace_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX stages_updated_at ON stages (workspace_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX stages_deleted ON stages (workspace_id, deleted_at, id) WHERE deleted_at IS NOT NULL;
CREATE INDEX stages_pipeline_id ON stages (workspace_id, pipeline_id) WHERE deleted_at IS NULL;
CREATE INDEX stages_name ON stages (workspace_id, name_sort, id) WHERE deleted_at IS NULL;
CREATE INDEX stages_position ON stages (workspace_id, position, id) WHERE deleted_at IS NULL;
CREATE VIRTUAL TABLE stages_fts USING fts5 (terms, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 0', prefix = '2 3', detail = none);

CREATE TABLE customers (
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
    name TEXT NOT NULL,
    name_sort TEXT NOT NULL,
    kind TEXT NOT NULL,
    status TEXT NOT NULL,
    level TEXT,
    source TEXT,
    industry TEXT,
    region TEXT,
    website TEXT,
    phone TEXT,
    email TEXT,
    address TEXT,
    parent_id BLOB,
    annual_revenue INTEGER,
    annual_revenue_currency TEXT,
    annual_revenue_base INTEGER,
    employees INTEGER,
    tags TEXT NOT NULL CHECK (json_valid(tags)),
    next_follow_up_at INTEGER,
    last_activity_at INTEGER,
    description TEXT,
    deleted_at INTEGER,
    UNIQUE (workspace_id, id),
    FOREIGN KEY (workspace_id, created_by) REFERENCES users (workspace_id, id),
    FOREIGN KEY (workspace_id, owner_id) REFERENCES users (workspace_id, id),
    FOREIGN KEY (workspace_id, parent_id) REFERENCES customers (workspace_id, id)
) STRICT;
CREATE UNIQUE INDEX customers_external_id_unique ON customers (workspace_id, external_id) WHERE deleted_at IS NULL AND external_id IS NOT NULL;
CREATE INDEX customers_created_at ON customers (workspace_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX customers_updated_at ON customers (workspace_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX customers_deleted ON customers (workspace_id, deleted_at, id) WHERE deleted_at IS NOT NULL;
CREATE INDEX customers_name ON customers (workspace_id, name_sort, id) WHERE deleted_at IS NULL;
CREATE INDEX customers_parent_id ON customers (workspace_id, parent_id) WHERE deleted_at IS NULL;
CREATE INDEX customers_annual_revenue ON customers (workspace_id, annual_revenue_base, id) WHERE deleted_at IS NULL;
CREATE INDEX customers_next_follow_up_at ON customers (workspace_id, next_follow_up_at, id) WHERE deleted_at IS NULL;
CREATE INDEX customers_last_activity_at ON customers (workspace_id, last_activity_at, id) WHERE deleted_at IS NULL;
CREATE INDEX customers_owner_created_at ON customers (workspace_id, owner_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX customers_owner_name ON customers (workspace_id, owner_id, name_sort, id) WHERE deleted_at IS NULL;
CREATE VIRTUAL TABLE customers_fts USING fts5 (terms, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 0', prefix = '2 3', detail = none);

CREATE TABLE contacts (
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
    name TEXT NOT NULL,
    name_sort TEXT NOT NULL,
    customer_id BLOB,
    title TEXT,
    department TEXT,
    decision_role TEXT NOT NULL,
    reports_to_id BLOB,
    phone TEXT,
    office_phone TEXT,
    email TEXT,
    wechat TEXT,
    birthday TEXT,
    do_not_contact INTEGER NOT NULL,
    tags TEXT NOT NULL CHECK (json_valid(tags)),
    last_activity_at INTEGER,
    description TEXT,
    deleted_at INTEGER,
    UNIQUE (workspace_id, id),
    FOREIGN KEY (workspace_id, created_by) REFERENCES users (workspace_id, id),
    FOREIGN KEY (workspace_id, owner_id) REFERENCES users (workspace_id, id),
    FOREIGN KEY (workspace_id, customer_id) REFERENCES customers (workspace_id, id),
    FOREIGN KEY (workspace_id, reports_to_id) REFERENCES contacts (workspace_id, id)
) STRICT;
CREATE UNIQUE INDEX contacts_external_id_unique ON contacts (workspace_id, external_id) WHERE deleted_at IS NULL AND external_id IS NOT NULL;
CREATE INDEX contacts_created_at ON contacts (workspace_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX contacts_updated_at ON contacts (workspace_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX contacts_deleted ON contacts (workspace_id, deleted_at, id) WHERE deleted_at IS NOT NULL;
CREATE INDEX contacts_name ON contacts (workspace_id, name_sort, id) WHERE deleted_at IS NULL;
CREATE INDEX contacts_customer_id ON contacts (workspace_id, customer_id) WHERE deleted_at IS NULL;
CREATE INDEX contacts_reports_to_id ON contacts (workspace_id, reports_to_id) WHERE deleted_at IS NULL;
CREATE INDEX contacts_last_activity_at ON contacts (workspace_id, last_activity_at, id) WHERE deleted_at IS NULL;
CREATE INDEX contacts_owner_created_at ON contacts (workspace_id, owner_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX contacts_owner_name ON contacts (workspace_id, owner_id, name_sort, id) WHERE deleted_at IS NULL;
CREATE VIRTUAL TABLE contacts_fts USING fts5 (terms, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 0', prefix = '2 3', detail = none);

CREATE TABLE opportunities (
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
    name TEXT NOT NULL,
    name_sort TEXT NOT NULL,
    customer_id BLOB,
    contact_id BLOB,
    pipeline_id BLOB NOT NULL,
    stage_id BLOB NOT NULL,
    stage_entered_at INTEGER,
    status TEXT NOT NULL,
    amount INTEGER,
    amount_currency TEXT,
    amount_base INTEGER,
    lines TEXT NOT NULL CHECK (json_valid(lines)),
    forecast_category TEXT NOT NULL,
    started_on TEXT,
    close_on TEXT,
    closed_at INTEGER,
    loss_reason TEXT,
    competitor TEXT,
    source TEXT,
    next_step TEXT,
    next_follow_up_at INTEGER,
    last_activity_at INTEGER,
    tags TEXT NOT NULL CHECK (json_valid(tags)),
    description TEXT,
    deleted_at INTEGER,
    UNIQUE (workspace_id, id),
    FOREIGN KEY (workspace_id, created_by) REFERENCES users (workspace_id, id),
    FOREIGN KEY (workspace_id, owner_id) REFERENCES users (workspace_id, id),
    FOREIGN KEY (workspace_id, customer_id) REFERENCES customers (workspace_id, id),
    FOREIGN KEY (workspace_id, contact_id) REFERENCES contacts (workspace_id, id),
    FOREIGN KEY (workspace_id, pipeline_id) REFERENCES pipelines (workspace_id, id),
    FOREIGN KEY (workspace_id, stage_id) REFERENCES stages (workspace_id, id)
) STRICT;
CREATE UNIQUE INDEX opportunities_external_id_unique ON opportunities (workspace_id, external_id) WHERE deleted_at IS NULL AND external_id IS NOT NULL;
CREATE INDEX opportunities_created_at ON opportunities (workspace_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX opportunities_updated_at ON opportunities (workspace_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX opportunities_deleted ON opportunities (workspace_id, deleted_at, id) WHERE deleted_at IS NOT NULL;
CREATE INDEX opportunities_name ON opportunities (workspace_id, name_sort, id) WHERE deleted_at IS NULL;
CREATE INDEX opportunities_customer_id ON opportunities (workspace_id, customer_id) WHERE deleted_at IS NULL;
CREATE INDEX opportunities_contact_id ON opportunities (workspace_id, contact_id) WHERE deleted_at IS NULL;
CREATE INDEX opportunities_amount ON opportunities (workspace_id, amount_base, id) WHERE deleted_at IS NULL;
CREATE INDEX opportunities_close_on ON opportunities (workspace_id, close_on, id) WHERE deleted_at IS NULL;
CREATE INDEX opportunities_closed_at ON opportunities (workspace_id, closed_at, id) WHERE deleted_at IS NULL;
CREATE INDEX opportunities_next_follow_up_at ON opportunities (workspace_id, next_follow_up_at, id) WHERE deleted_at IS NULL;
CREATE INDEX opportunities_last_activity_at ON opportunities (workspace_id, last_activity_at, id) WHERE deleted_at IS NULL;
CREATE INDEX opportunities_owner_created_at ON opportunities (workspace_id, owner_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX opportunities_owner_name ON opportunities (workspace_id, owner_id, name_sort, id) WHERE deleted_at IS NULL;
CREATE VIRTUAL TABLE opportunities_fts USING fts5 (terms, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 0', prefix = '2 3', detail = none);

CREATE TABLE leads (
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
    name TEXT NOT NULL,
    name_sort TEXT NOT NULL,
    company TEXT,
    company_sort TEXT,
    title TEXT,
    phone TEXT,
    email TEXT,
    website TEXT,
    source TEXT,
    status TEXT NOT NULL,
    disqualified_reason TEXT,
    level TEXT,
    score INTEGER,
    industry TEXT,
    region TEXT,
    tags TEXT NOT NULL CHECK (json_valid(tags)),
    next_follow_up_at INTEGER,
    last_activity_at INTEGER,
    converted_at INTEGER,
    customer_id BLOB,
    contact_id BLOB,
    opportunity_id BLOB,
    description TEXT,
    deleted_at INTEGER,
    UNIQUE (workspace_id, id),
    FOREIGN KEY (workspace_id, created_by) REFERENCES users (workspace_id, id),
    FOREIGN KEY (workspace_id, owner_id) REFERENCES users (workspace_id, id),
    FOREIGN KEY (workspace_id, customer_id) REFERENCES customers (workspace_id, id),
    FOREIGN KEY (workspace_id, contact_id) REFERENCES contacts (workspace_id, id),
    FOREIGN KEY (workspace_id, opportunity_id) REFERENCES opportunities (workspace_id, id)
) STRICT;
CREATE UNIQUE INDEX leads_external_id_unique ON leads (workspace_id, external_id) WHERE deleted_at IS NULL AND external_id IS NOT NULL;
CREATE INDEX leads_created_at ON leads (workspace_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX leads_updated_at ON leads (workspace_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX leads_deleted ON leads (workspace_id, deleted_at, id) WHERE deleted_at IS NOT NULL;
CREATE INDEX leads_name ON leads (workspace_id, name_sort, id) WHERE deleted_at IS NULL;
CREATE INDEX leads_company ON leads (workspace_id, company_sort, id) WHERE deleted_at IS NULL;
CREATE INDEX leads_score ON leads (workspace_id, score, id) WHERE deleted_at IS NULL;
CREATE INDEX leads_next_follow_up_at ON leads (workspace_id, next_follow_up_at, id) WHERE deleted_at IS NULL;
CREATE INDEX leads_last_activity_at ON leads (workspace_id, last_activity_at, id) WHERE deleted_at IS NULL;
CREATE INDEX leads_customer_id ON leads (workspace_id, customer_id) WHERE deleted_at IS NULL;
CREATE INDEX leads_contact_id ON leads (workspace_id, contact_id) WHERE deleted_at IS NULL;
CREATE INDEX leads_opportunity_id ON leads (workspace_id, opportunity_id) WHERE deleted_at IS NULL;
CREATE INDEX leads_owner_created_at ON leads (workspace_id, owner_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX leads_owner_name ON leads (workspace_id, owner_id, name_sort, id) WHERE deleted_at IS NULL;
CREATE VIRTUAL TABLE leads_fts USING fts5 (terms, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 0', prefix = '2 3', detail = none);

CREATE TABLE activities (
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
    kind TEXT NOT NULL,
    subject TEXT,
    body TEXT,
    happened_at INTEGER,
    duration_minutes INTEGER,
    outcome TEXT,
    next_step TEXT,
    next_follow_up_at INTEGER,
    customer_id BLOB,
    contact_id BLOB,
    lead_id BLOB,
    opportunity_id BLOB,
    deleted_at INTEGER,
    UNIQUE (workspace_id, id),
    FOREIGN KEY (workspace_id, created_by) REFERENCES users (workspace_id, id),
    FOREIGN KEY (workspace_id, owner_id) REFERENCES users (workspace_id, id),
    FOREIGN KEY (workspace_id, customer_id) REFERENCES customers (workspace_id, id),
    FOREIGN KEY (workspace_id, contact_id) REFERENCES contacts (workspace_id, id),
    FOREIGN KEY (workspace_id, lead_id) REFERENCES leads (workspace_id, id),
    FOREIGN KEY (workspace_id, opportunity_id) REFERENCES opportunities (workspace_id, id)
) STRICT;
CREATE UNIQUE INDEX activities_external_id_unique ON activities (workspace_id, external_id) WHERE deleted_at IS NULL AND external_id IS NOT NULL;
CREATE INDEX activities_created_at ON activities (workspace_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX activities_updated_at ON activities (workspace_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX activities_deleted ON activities (workspace_id, deleted_at, id) WHERE deleted_at IS NOT NULL;
CREATE INDEX activities_happened_at ON activities (workspace_id, happened_at, id) WHERE deleted_at IS NULL;
CREATE INDEX activities_customer_id ON activities (workspace_id, customer_id) WHERE deleted_at IS NULL;
CREATE INDEX activities_contact_id ON activities (workspace_id, contact_id) WHERE deleted_at IS NULL;
CREATE INDEX activities_lead_id ON activities (workspace_id, lead_id) WHERE deleted_at IS NULL;
CREATE INDEX activities_opportunity_id ON activities (workspace_id, opportunity_id) WHERE deleted_at IS NULL;
CREATE INDEX activities_owner_created_at ON activities (workspace_id, owner_id, created_at, id) WHERE deleted_at IS NULL;
CREATE VIRTUAL TABLE activities_fts USING fts5 (terms, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 0', prefix = '2 3', detail = none);

CREATE TABLE tasks (
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
    subject TEXT NOT NULL,
    subject_sort TEXT NOT NULL,
    status TEXT NOT NULL,
    priority TEXT NOT NULL,
    due_at INTEGER,
    done_at INTEGER,
    customer_id BLOB,
    contact_id BLOB,
    lead_id BLOB,
    opportunity_id BLOB,
    description TEXT,
    deleted_at INTEGER,
    UNIQUE (workspace_id, id),
    FOREIGN KEY (workspace_id, created_by) REFERENCES users (workspace_id, id),
    FOREIGN KEY (workspace_id, owner_id) REFERENCES users (workspace_id, id),
    FOREIGN KEY (workspace_id, customer_id) REFERENCES customers (workspace_id, id),
    FOREIGN KEY (workspace_id, contact_id) REFERENCES contacts (workspace_id, id),
    FOREIGN KEY (workspace_id, lead_id) REFERENCES leads (workspace_id, id),
    FOREIGN KEY (workspace_id, opportunity_id) REFERENCES opportunities (workspace_id, id)
) STRICT;
CREATE UNIQUE INDEX tasks_external_id_unique ON tasks (workspace_id, external_id) WHERE deleted_at IS NULL AND external_id IS NOT NULL;
CREATE INDEX tasks_created_at ON tasks (workspace_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX tasks_updated_at ON tasks (workspace_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX tasks_deleted ON tasks (workspace_id, deleted_at, id) WHERE deleted_at IS NOT NULL;
CREATE INDEX tasks_subject ON tasks (workspace_id, subject_sort, id) WHERE deleted_at IS NULL;
CREATE INDEX tasks_due_at ON tasks (workspace_id, due_at, id) WHERE deleted_at IS NULL;
CREATE INDEX tasks_done_at ON tasks (workspace_id, done_at, id) WHERE deleted_at IS NULL;
CREATE INDEX tasks_customer_id ON tasks (workspace_id, customer_id) WHERE deleted_at IS NULL;
CREATE INDEX tasks_contact_id ON tasks (workspace_id, contact_id) WHERE deleted_at IS NULL;
CREATE INDEX tasks_lead_id ON tasks (workspace_id, lead_id) WHERE deleted_at IS NULL;
CREATE INDEX tasks_opportunity_id ON tasks (workspace_id, opportunity_id) WHERE deleted_at IS NULL;
CREATE INDEX tasks_owner_created_at ON tasks (workspace_id, owner_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX tasks_owner_subject ON tasks (workspace_id, owner_id, subject_sort, id) WHERE deleted_at IS NULL;
CREATE VIRTUAL TABLE tasks_fts USING fts5 (terms, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 0', prefix = '2 3', detail = none);

-- These two answer alone: SQLite looks at deleted_at although the index holds living rows only.
CREATE INDEX opportunities_board ON opportunities (workspace_id, pipeline_id, status, stage_id, owner_id, amount_base, deleted_at) WHERE deleted_at IS NULL;
CREATE INDEX opportunities_stage ON opportunities (workspace_id, stage_id, status, close_on, id) WHERE deleted_at IS NULL;
CREATE INDEX opportunities_report ON opportunities (workspace_id, status, owner_id, closed_at, amount_base, deleted_at) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX users_email_unique ON users (workspace_id, email) WHERE deleted_at IS NULL AND email IS NOT NULL;
CREATE UNIQUE INDEX roles_key_unique ON roles (workspace_id, key) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX picklists_key_unique ON picklists (workspace_id, key) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX tags_name_unique ON tags (workspace_id, name) WHERE deleted_at IS NULL;

-- The product lines of an opportunity once more as rows, for reports.
CREATE TABLE opportunity_lines (
    workspace_id BLOB NOT NULL REFERENCES workspaces (id),
    opportunity_id BLOB NOT NULL,
    position INTEGER NOT NULL,
    product_id BLOB NOT NULL,
    quantity INTEGER NOT NULL,
    price INTEGER NOT NULL,
    discount INTEGER NOT NULL,
    total INTEGER NOT NULL,
    PRIMARY KEY (workspace_id, opportunity_id, position),
    FOREIGN KEY (workspace_id, opportunity_id) REFERENCES opportunities (workspace_id, id),
    FOREIGN KEY (workspace_id, product_id) REFERENCES products (workspace_id, id)
) STRICT;
CREATE INDEX opportunity_lines_product_id ON opportunity_lines (workspace_id, product_id);

-- How people sign in. The address is unique among all workspaces: it is all that a sign-in tells.
CREATE TABLE logins (
    email TEXT NOT NULL PRIMARY KEY,
    workspace_id BLOB NOT NULL REFERENCES workspaces (id),
    user_id BLOB NOT NULL,
    password_hash TEXT NOT NULL,
    changed_at INTEGER NOT NULL,
    UNIQUE (workspace_id, user_id),
    FOREIGN KEY (workspace_id, user_id) REFERENCES users (workspace_id, id)
) STRICT;

CREATE TABLE sessions (
    id BLOB NOT NULL PRIMARY KEY,
    workspace_id BLOB NOT NULL REFERENCES workspaces (id),
    user_id BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    ended_at INTEGER,
    user_agent TEXT NOT NULL,
    FOREIGN KEY (workspace_id, user_id) REFERENCES users (workspace_id, id)
) STRICT;
CREATE INDEX sessions_user_id ON sessions (workspace_id, user_id) WHERE ended_at IS NULL;

-- The refresh tokens of a session that may still come: those not used yet, and those used a moment ago.
CREATE TABLE refresh_tokens (
    session_id BLOB NOT NULL REFERENCES sessions (id),
    hash TEXT NOT NULL,
    replaced_at INTEGER,
    -- The token it was given in exchange for: forgiven until this one is used.
    follows TEXT,
    PRIMARY KEY (session_id, hash)
) STRICT;

CREATE TABLE signing_keys (
    id TEXT NOT NULL PRIMARY KEY,
    secret TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    retired_at INTEGER
) STRICT;

CREATE TABLE setup_tokens (
    token_hash TEXT NOT NULL PRIMARY KEY,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE idempotency_keys (
    workspace_id BLOB NOT NULL REFERENCES workspaces (id),
    user_id BLOB NOT NULL,
    key TEXT NOT NULL,
    request_hash TEXT NOT NULL,
    status INTEGER NOT NULL,
    etag TEXT,
    location TEXT,
    body TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (workspace_id, user_id, key)
) STRICT;
CREATE INDEX idempotency_keys_created_at ON idempotency_keys (workspace_id, created_at);

-- Append-only. The sealer gives position and chain once an entry is committed.
CREATE TABLE change_log (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    workspace_id BLOB NOT NULL REFERENCES workspaces (id),
    position INTEGER,
    change_set BLOB NOT NULL,
    request_id TEXT NOT NULL,
    actor_id BLOB,
    kind TEXT NOT NULL,
    record_id BLOB NOT NULL,
    version INTEGER NOT NULL,
    action TEXT NOT NULL,
    fields TEXT NOT NULL,
    at INTEGER NOT NULL,
    salt TEXT,
    entry_hash TEXT NOT NULL,
    chain TEXT
) STRICT;
CREATE UNIQUE INDEX change_log_position ON change_log (workspace_id, position) WHERE position IS NOT NULL;
CREATE INDEX change_log_record ON change_log (workspace_id, record_id, position);
CREATE INDEX change_log_unsealed ON change_log (seq) WHERE position IS NULL;

CREATE TABLE change_heads (
    workspace_id BLOB NOT NULL PRIMARY KEY REFERENCES workspaces (id),
    position INTEGER NOT NULL,
    chain TEXT NOT NULL
) STRICT;
