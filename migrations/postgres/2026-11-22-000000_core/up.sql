-- The core: workspaces, the records of sales, and what the server keeps for itself.
-- Keys are led by the workspace: walls between tenants, and ready to be sharded by workspace.

CREATE TABLE workspaces (
    id uuid NOT NULL PRIMARY KEY,
    name text COLLATE "C" NOT NULL,
    currency text COLLATE "C" NOT NULL,
    locale text COLLATE "C" NOT NULL,
    time_zone text COLLATE "C" NOT NULL,
    created_at timestamptz NOT NULL
);

CREATE TABLE teams (
    workspace_id uuid NOT NULL REFERENCES workspaces (id),
    id uuid NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    owner_id uuid,
    external_id text COLLATE "C",
    custom_fields jsonb NOT NULL,
    name text COLLATE "C" NOT NULL,
    name_sort text COLLATE "C" NOT NULL,
    manager_id uuid,
    search tsvector NOT NULL,
    deleted_at timestamptz,
    PRIMARY KEY (workspace_id, id)
);
CREATE UNIQUE INDEX teams_external_id_unique ON teams (workspace_id, external_id) WHERE deleted_at IS NULL AND external_id IS NOT NULL;
CREATE INDEX teams_created_at ON teams (workspace_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX teams_updated_at ON teams (workspace_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX teams_deleted ON teams (workspace_id, deleted_at, id) WHERE deleted_at IS NOT NULL;
CREATE INDEX teams_name ON teams (workspace_id, name_sort, id) WHERE deleted_at IS NULL;
CREATE INDEX teams_manager_id ON teams (workspace_id, manager_id) WHERE deleted_at IS NULL;
CREATE INDEX teams_search ON teams USING gin (search);

CREATE TABLE users (
    workspace_id uuid NOT NULL REFERENCES workspaces (id),
    id uuid NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    owner_id uuid,
    external_id text COLLATE "C",
    custom_fields jsonb NOT NULL,
    name text COLLATE "C" NOT NULL,
    name_sort text COLLATE "C" NOT NULL,
    email text COLLATE "C",
    phone text COLLATE "C",
    title text COLLATE "C",
    team_id uuid,
    roles text[] NOT NULL,
    disabled boolean NOT NULL,
    locale text COLLATE "C",
    time_zone text COLLATE "C",
    search tsvector NOT NULL,
    deleted_at timestamptz,
    PRIMARY KEY (workspace_id, id)
);
CREATE UNIQUE INDEX users_external_id_unique ON users (workspace_id, external_id) WHERE deleted_at IS NULL AND external_id IS NOT NULL;
CREATE INDEX users_created_at ON users (workspace_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX users_updated_at ON users (workspace_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX users_deleted ON users (workspace_id, deleted_at, id) WHERE deleted_at IS NOT NULL;
CREATE INDEX users_name ON users (workspace_id, name_sort, id) WHERE deleted_at IS NULL;
CREATE INDEX users_team_id ON users (workspace_id, team_id) WHERE deleted_at IS NULL;
CREATE INDEX users_search ON users USING gin (search);

CREATE TABLE roles (
    workspace_id uuid NOT NULL REFERENCES workspaces (id),
    id uuid NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    owner_id uuid,
    external_id text COLLATE "C",
    custom_fields jsonb NOT NULL,
    key text COLLATE "C" NOT NULL,
    key_sort text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    name_sort text COLLATE "C" NOT NULL,
    builtin boolean NOT NULL,
    grants jsonb NOT NULL,
    description text COLLATE "C",
    search tsvector NOT NULL,
    deleted_at timestamptz,
    PRIMARY KEY (workspace_id, id)
);
CREATE UNIQUE INDEX roles_external_id_unique ON roles (workspace_id, external_id) WHERE deleted_at IS NULL AND external_id IS NOT NULL;
CREATE INDEX roles_created_at ON roles (workspace_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX roles_updated_at ON roles (workspace_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX roles_deleted ON roles (workspace_id, deleted_at, id) WHERE deleted_at IS NOT NULL;
CREATE INDEX roles_key ON roles (workspace_id, key_sort, id) WHERE deleted_at IS NULL;
CREATE INDEX roles_name ON roles (workspace_id, name_sort, id) WHERE deleted_at IS NULL;
CREATE INDEX roles_search ON roles USING gin (search);

CREATE TABLE tags (
    workspace_id uuid NOT NULL REFERENCES workspaces (id),
    id uuid NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    owner_id uuid,
    external_id text COLLATE "C",
    custom_fields jsonb NOT NULL,
    name text COLLATE "C" NOT NULL,
    name_sort text COLLATE "C" NOT NULL,
    color text COLLATE "C" NOT NULL,
    search tsvector NOT NULL,
    deleted_at timestamptz,
    PRIMARY KEY (workspace_id, id)
);
CREATE UNIQUE INDEX tags_external_id_unique ON tags (workspace_id, external_id) WHERE deleted_at IS NULL AND external_id IS NOT NULL;
CREATE INDEX tags_created_at ON tags (workspace_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX tags_updated_at ON tags (workspace_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX tags_deleted ON tags (workspace_id, deleted_at, id) WHERE deleted_at IS NOT NULL;
CREATE INDEX tags_name ON tags (workspace_id, name_sort, id) WHERE deleted_at IS NULL;
CREATE INDEX tags_search ON tags USING gin (search);

CREATE TABLE picklists (
    workspace_id uuid NOT NULL REFERENCES workspaces (id),
    id uuid NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    owner_id uuid,
    external_id text COLLATE "C",
    custom_fields jsonb NOT NULL,
    key text COLLATE "C" NOT NULL,
    key_sort text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    name_sort text COLLATE "C" NOT NULL,
    restricted boolean NOT NULL,
    options jsonb NOT NULL,
    search tsvector NOT NULL,
    deleted_at timestamptz,
    PRIMARY KEY (workspace_id, id)
);
CREATE UNIQUE INDEX picklists_external_id_unique ON picklists (workspace_id, external_id) WHERE deleted_at IS NULL AND external_id IS NOT NULL;
CREATE INDEX picklists_created_at ON picklists (workspace_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX picklists_updated_at ON picklists (workspace_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX picklists_deleted ON picklists (workspace_id, deleted_at, id) WHERE deleted_at IS NOT NULL;
CREATE INDEX picklists_key ON picklists (workspace_id, key_sort, id) WHERE deleted_at IS NULL;
CREATE INDEX picklists_name ON picklists (workspace_id, name_sort, id) WHERE deleted_at IS NULL;
CREATE INDEX picklists_search ON picklists USING gin (search);

CREATE TABLE products (
    workspace_id uuid NOT NULL REFERENCES workspaces (id),
    id uuid NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    owner_id uuid,
    external_id text COLLATE "C",
    custom_fields jsonb NOT NULL,
    name text COLLATE "C" NOT NULL,
    name_sort text COLLATE "C" NOT NULL,
    code text COLLATE "C",
    category text COLLATE "C",
    unit text COLLATE "C",
    price bigint,
    price_currency text COLLATE "C",
    price_base bigint,
    inactive boolean NOT NULL,
    description text COLLATE "C",
    search tsvector NOT NULL,
    deleted_at timestamptz,
    PRIMARY KEY (workspace_id, id)
);
CREATE UNIQUE INDEX products_external_id_unique ON products (workspace_id, external_id) WHERE deleted_at IS NULL AND external_id IS NOT NULL;
CREATE INDEX products_created_at ON products (workspace_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX products_updated_at ON products (workspace_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX products_deleted ON products (workspace_id, deleted_at, id) WHERE deleted_at IS NOT NULL;
CREATE INDEX products_name ON products (workspace_id, name_sort, id) WHERE deleted_at IS NULL;
CREATE INDEX products_price ON products (workspace_id, price_base, id) WHERE deleted_at IS NULL;
CREATE INDEX products_search ON products USING gin (search);

CREATE TABLE pipelines (
    workspace_id uuid NOT NULL REFERENCES workspaces (id),
    id uuid NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    owner_id uuid,
    external_id text COLLATE "C",
    custom_fields jsonb NOT NULL,
    name text COLLATE "C" NOT NULL,
    name_sort text COLLATE "C" NOT NULL,
    position bigint NOT NULL,
    archived boolean NOT NULL,
    search tsvector NOT NULL,
    deleted_at timestamptz,
    PRIMARY KEY (workspace_id, id)
);
CREATE UNIQUE INDEX pipelines_external_id_unique ON pipelines (workspace_id, external_id) WHERE deleted_at IS NULL AND external_id IS NOT NULL;
CREATE INDEX pipelines_created_at ON pipelines (workspace_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX pipelines_updated_at ON pipelines (workspace_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX pipelines_deleted ON pipelines (workspace_id, deleted_at, id) WHERE deleted_at IS NOT NULL;
CREATE INDEX pipelines_name ON pipelines (workspace_id, name_sort, id) WHERE deleted_at IS NULL;
CREATE INDEX pipelines_position ON pipelines (workspace_id, position, id) WHERE deleted_at IS NULL;
CREATE INDEX pipelines_search ON pipelines USING gin (search);

CREATE TABLE stages (
    workspace_id uuid NOT NULL REFERENCES workspaces (id),
    id uuid NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    owner_id uuid,
    external_id text COLLATE "C",
    custom_fields jsonb NOT NULL,
    pipeline_id uuid NOT NULL,
    name text COLLATE "C" NOT NULL,
    name_sort text COLLATE "C" NOT NULL,
    position bigint NOT NULL,
    probability bigint NOT NULL,
    rotting_days bigint,
    required_fields text[] NOT NULL,
    allowed_from text[] NOT NULL,
    exit_criteria text COLLATE "C",
    search tsvector NOT NULL,
    deleted_at timestamptz,
    PRIMARY KEY (workspace_id, id)
);
CREATE UNIQUE INDEX stages_external_id_unique ON stages (workspace_id, external_id) WHERE deleted_at IS NULL AND external_id IS NOT NULL;
CREATE INDEX stages_created_at ON stages (workspace_id, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX stages_updated_at ON stages (workspace_id, updated_at, id) WHERE deleted_at IS NULL;
CREATE INDEX stages_deleted ON stages (workspace_id, deleted_at, id) WHERE deleted_at IS NOT NULL;
CREATE INDEX stages_pipeline_id ON stages (workspace_id, pipeline_id) WHERE deleted_at IS NULL;
CREATE INDEX stages_name ON stages (workspace_id, name_sort, id) WHERE deleted_at IS NULL;
CREATE INDEX stages_position ON stages (workspace_id, position, id) WHERE deleted_at IS NULL;
CREATE INDEX stages_search ON stages USING gin (search);

CREATE TABLE customers (
    workspace_id uuid NOT NULL REFERENCES workspaces (id),
    id uuid NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    owner_id uuid,
    external_id text COLLATE "C",
    custom_fields jsonb NOT NULL,
    name text COLLATE "C" NOT NULL,
    name_sort text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    status text COLLATE "C" NOT NULL,
    level text COLLATE "C",
    source text COLLATE "C",
    industry text COLLATE "C",
    region text COLLATE "C",
    website text COLLATE "C",
    phone text COLLATE "C",
    email text COLLATE "C",
    address text COLLATE "C",
    parent_id uuid,
    annual_revenue bigint,
    annual_revenue_currency text COLLATE "C",
    annual_revenue_base bigint,
    employees bigint,
    tags text[] NOT NULL,
    next_follow_up_at timestamptz,
    last_activity_at timestamptz,
    description text COLLATE "C",
    search tsvector NOT NULL,
    deleted_at timestamptz,
    PRIMARY KEY (workspace_id, id)
);
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
CREATE INDEX customers_search ON customers USING gin (search);

CREATE TABLE contacts (
    workspace_id uuid NOT NULL REFERENCES workspaces (id),
    id uuid NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    owner_id uuid,
    external_id text COLLATE "C",
    custom_fields jsonb NOT NULL,
    name text COLLATE "C" NOT NULL,
    name_sort text COLLATE "C" NOT NULL,
    customer_id uuid,
    title text COLLATE "C",
    department text COLLATE "C",
    decision_role text COLLATE "C" NOT NULL,
    reports_to_id uuid,
    phone text COLLATE "C",
    office_phone text COLLATE "C",
    email text COLLATE "C",
    wechat text COLLATE "C",
    birthday date,
    do_not_contact boolean NOT NULL,
    tags text[] NOT NULL,
    last_activity_at timestamptz,
    description text COLLATE "C",
    search tsvector NOT NULL,
    deleted_at timestamptz,
    PRIMARY KEY (workspace_id, id)
);
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
CREATE INDEX contacts_search ON contacts USING gin (search);

CREATE TABLE opportunities (
    workspace_id uuid NOT NULL REFERENCES workspaces (id),
    id uuid NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    owner_id uuid,
    external_id text COLLATE "C",
    custom_fields jsonb NOT NULL,
    name text COLLATE "C" NOT NULL,
    name_sort text COLLATE "C" NOT NULL,
    customer_id uuid,
    contact_id uuid,
    pipeline_id uuid NOT NULL,
    stage_id uuid NOT NULL,
    stage_entered_at timestamptz,
    status text COLLATE "C" NOT NULL,
    amount bigint,
    amount_currency text COLLATE "C",
    amount_base bigint,
    lines jsonb NOT NULL,
    forecast_category text COLLATE "C" NOT NULL,
    started_on date,
    close_on date,
    closed_at timestamptz,
    loss_reason text COLLATE "C",
    competitor text COLLATE "C",
    source text COLLATE "C",
    next_step text COLLATE "C",
    next_follow_up_at timestamptz,
    last_activity_at timestamptz,
    tags text[] NOT NULL,
    description text COLLATE "C",
    search tsvector NOT NULL,
    deleted_at timestamptz,
    PRIMARY KEY (workspace_id, id)
);
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
CREATE INDEX opportunities_search ON opportunities USING gin (search);

CREATE TABLE leads (
    workspace_id uuid NOT NULL REFERENCES workspaces (id),
    id uuid NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    owner_id uuid,
    external_id text COLLATE "C",
    custom_fields jsonb NOT NULL,
    name text COLLATE "C" NOT NULL,
    name_sort text COLLATE "C" NOT NULL,
    company text COLLATE "C",
    company_sort text COLLATE "C",
    title text COLLATE "C",
    phone text COLLATE "C",
    email text COLLATE "C",
    website text COLLATE "C",
    source text COLLATE "C",
    status text COLLATE "C" NOT NULL,
    disqualified_reason text COLLATE "C",
    level text COLLATE "C",
    score bigint,
    industry text COLLATE "C",
    region text COLLATE "C",
    tags text[] NOT NULL,
    next_follow_up_at timestamptz,
    last_activity_at timestamptz,
    converted_at timestamptz,
    customer_id uuid,
    contact_id uuid,
    opportunity_id uuid,
    description text COLLATE "C",
    search tsvector NOT NULL,
    deleted_at timestamptz,
    PRIMARY KEY (workspace_id, id)
);
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
CREATE INDEX leads_search ON leads USING gin (search);

CREATE TABLE activities (
    workspace_id uuid NOT NULL REFERENCES workspaces (id),
    id uuid NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    owner_id uuid,
    external_id text COLLATE "C",
    custom_fields jsonb NOT NULL,
    kind text COLLATE "C" NOT NULL,
    subject text COLLATE "C",
    body text COLLATE "C",
    happened_at timestamptz,
    duration_minutes bigint,
    outcome text COLLATE "C",
    next_step text COLLATE "C",
    next_follow_up_at timestamptz,
    customer_id uuid,
    contact_id uuid,
    lead_id uuid,
    opportunity_id uuid,
    search tsvector NOT NULL,
    deleted_at timestamptz,
    PRIMARY KEY (workspace_id, id)
);
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
CREATE INDEX activities_search ON activities USING gin (search);

CREATE TABLE tasks (
    workspace_id uuid NOT NULL REFERENCES workspaces (id),
    id uuid NOT NULL,
    version bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    created_by uuid,
    owner_id uuid,
    external_id text COLLATE "C",
    custom_fields jsonb NOT NULL,
    subject text COLLATE "C" NOT NULL,
    subject_sort text COLLATE "C" NOT NULL,
    status text COLLATE "C" NOT NULL,
    priority text COLLATE "C" NOT NULL,
    due_at timestamptz,
    done_at timestamptz,
    customer_id uuid,
    contact_id uuid,
    lead_id uuid,
    opportunity_id uuid,
    description text COLLATE "C",
    search tsvector NOT NULL,
    deleted_at timestamptz,
    PRIMARY KEY (workspace_id, id)
);
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
CREATE INDEX tasks_search ON tasks USING gin (search);


CREATE INDEX opportunities_board ON opportunities (workspace_id, pipeline_id, status, stage_id, owner_id, amount_base) WHERE deleted_at IS NULL;
CREATE INDEX opportunities_stage ON opportunities (workspace_id, stage_id, status, close_on, id) WHERE deleted_at IS NULL;
CREATE INDEX opportunities_report ON opportunities (workspace_id, status, owner_id, closed_at, amount_base) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX users_email_unique ON users (workspace_id, email) WHERE deleted_at IS NULL AND email IS NOT NULL;
CREATE UNIQUE INDEX roles_key_unique ON roles (workspace_id, key) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX picklists_key_unique ON picklists (workspace_id, key) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX tags_name_unique ON tags (workspace_id, name) WHERE deleted_at IS NULL;

-- Tables refer to each other in circles, so the references come last.
ALTER TABLE teams ADD FOREIGN KEY (workspace_id, created_by) REFERENCES users (workspace_id, id);
ALTER TABLE teams ADD FOREIGN KEY (workspace_id, owner_id) REFERENCES users (workspace_id, id);
ALTER TABLE teams ADD FOREIGN KEY (workspace_id, manager_id) REFERENCES users (workspace_id, id);
ALTER TABLE users ADD FOREIGN KEY (workspace_id, created_by) REFERENCES users (workspace_id, id);
ALTER TABLE users ADD FOREIGN KEY (workspace_id, owner_id) REFERENCES users (workspace_id, id);
ALTER TABLE users ADD FOREIGN KEY (workspace_id, team_id) REFERENCES teams (workspace_id, id);
ALTER TABLE roles ADD FOREIGN KEY (workspace_id, created_by) REFERENCES users (workspace_id, id);
ALTER TABLE roles ADD FOREIGN KEY (workspace_id, owner_id) REFERENCES users (workspace_id, id);
ALTER TABLE tags ADD FOREIGN KEY (workspace_id, created_by) REFERENCES users (workspace_id, id);
ALTER TABLE tags ADD FOREIGN KEY (workspace_id, owner_id) REFERENCES users (workspace_id, id);
ALTER TABLE picklists ADD FOREIGN KEY (workspace_id, created_by) REFERENCES users (workspace_id, id);
ALTER TABLE picklists ADD FOREIGN KEY (workspace_id, owner_id) REFERENCES users (workspace_id, id);
ALTER TABLE products ADD FOREIGN KEY (workspace_id, created_by) REFERENCES users (workspace_id, id);
ALTER TABLE products ADD FOREIGN KEY (workspace_id, owner_id) REFERENCES users (workspace_id, id);
ALTER TABLE pipelines ADD FOREIGN KEY (workspace_id, created_by) REFERENCES users (workspace_id, id);
ALTER TABLE pipelines ADD FOREIGN KEY (workspace_id, owner_id) REFERENCES users (workspace_id, id);
ALTER TABLE stages ADD FOREIGN KEY (workspace_id, created_by) REFERENCES users (workspace_id, id);
ALTER TABLE stages ADD FOREIGN KEY (workspace_id, owner_id) REFERENCES users (workspace_id, id);
ALTER TABLE stages ADD FOREIGN KEY (workspace_id, pipeline_id) REFERENCES pipelines (workspace_id, id);
ALTER TABLE customers ADD FOREIGN KEY (workspace_id, created_by) REFERENCES users (workspace_id, id);
ALTER TABLE customers ADD FOREIGN KEY (workspace_id, owner_id) REFERENCES users (workspace_id, id);
ALTER TABLE customers ADD FOREIGN KEY (workspace_id, parent_id) REFERENCES customers (workspace_id, id);
ALTER TABLE contacts ADD FOREIGN KEY (workspace_id, created_by) REFERENCES users (workspace_id, id);
ALTER TABLE contacts ADD FOREIGN KEY (workspace_id, owner_id) REFERENCES users (workspace_id, id);
ALTER TABLE contacts ADD FOREIGN KEY (workspace_id, customer_id) REFERENCES customers (workspace_id, id);
ALTER TABLE contacts ADD FOREIGN KEY (workspace_id, reports_to_id) REFERENCES contacts (workspace_id, id);
ALTER TABLE opportunities ADD FOREIGN KEY (workspace_id, created_by) REFERENCES users (workspace_id, id);
ALTER TABLE opportunities ADD FOREIGN KEY (workspace_id, owner_id) REFERENCES users (workspace_id, id);
ALTER TABLE opportunities ADD FOREIGN KEY (workspace_id, customer_id) REFERENCES customers (workspace_id, id);
ALTER TABLE opportunities ADD FOREIGN KEY (workspace_id, contact_id) REFERENCES contacts (workspace_id, id);
ALTER TABLE opportunities ADD FOREIGN KEY (workspace_id, pipeline_id) REFERENCES pipelines (workspace_id, id);
ALTER TABLE opportunities ADD FOREIGN KEY (workspace_id, stage_id) REFERENCES stages (workspace_id, id);
ALTER TABLE leads ADD FOREIGN KEY (workspace_id, created_by) REFERENCES users (workspace_id, id);
ALTER TABLE leads ADD FOREIGN KEY (workspace_id, owner_id) REFERENCES users (workspace_id, id);
ALTER TABLE leads ADD FOREIGN KEY (workspace_id, customer_id) REFERENCES customers (workspace_id, id);
ALTER TABLE leads ADD FOREIGN KEY (workspace_id, contact_id) REFERENCES contacts (workspace_id, id);
ALTER TABLE leads ADD FOREIGN KEY (workspace_id, opportunity_id) REFERENCES opportunities (workspace_id, id);
ALTER TABLE activities ADD FOREIGN KEY (workspace_id, created_by) REFERENCES users (workspace_id, id);
ALTER TABLE activities ADD FOREIGN KEY (workspace_id, owner_id) REFERENCES users (workspace_id, id);
ALTER TABLE activities ADD FOREIGN KEY (workspace_id, customer_id) REFERENCES customers (workspace_id, id);
ALTER TABLE activities ADD FOREIGN KEY (workspace_id, contact_id) REFERENCES contacts (workspace_id, id);
ALTER TABLE activities ADD FOREIGN KEY (workspace_id, lead_id) REFERENCES leads (workspace_id, id);
ALTER TABLE activities ADD FOREIGN KEY (workspace_id, opportunity_id) REFERENCES opportunities (workspace_id, id);
ALTER TABLE tasks ADD FOREIGN KEY (workspace_id, created_by) REFERENCES users (workspace_id, id);
ALTER TABLE tasks ADD FOREIGN KEY (workspace_id, owner_id) REFERENCES users (workspace_id, id);
ALTER TABLE tasks ADD FOREIGN KEY (workspace_id, customer_id) REFERENCES customers (workspace_id, id);
ALTER TABLE tasks ADD FOREIGN KEY (workspace_id, contact_id) REFERENCES contacts (workspace_id, id);
ALTER TABLE tasks ADD FOREIGN KEY (workspace_id, lead_id) REFERENCES leads (workspace_id, id);
ALTER TABLE tasks ADD FOREIGN KEY (workspace_id, opportunity_id) REFERENCES opportunities (workspace_id, id);

-- The product lines of an opportunity once more as rows, for reports.
CREATE TABLE opportunity_lines (
    workspace_id uuid NOT NULL REFERENCES workspaces (id),
    opportunity_id uuid NOT NULL,
    position bigint NOT NULL,
    product_id uuid NOT NULL,
    quantity bigint NOT NULL,
    price bigint NOT NULL,
    discount bigint NOT NULL,
    total bigint NOT NULL,
    PRIMARY KEY (workspace_id, opportunity_id, position),
    FOREIGN KEY (workspace_id, opportunity_id) REFERENCES opportunities (workspace_id, id),
    FOREIGN KEY (workspace_id, product_id) REFERENCES products (workspace_id, id)
);
CREATE INDEX opportunity_lines_product_id ON opportunity_lines (workspace_id, product_id);

-- How people sign in. The address is unique among all workspaces: it is all that a sign-in tells.
CREATE TABLE logins (
    email text COLLATE "C" NOT NULL PRIMARY KEY,
    workspace_id uuid NOT NULL REFERENCES workspaces (id),
    user_id uuid NOT NULL,
    password_hash text COLLATE "C" NOT NULL,
    changed_at timestamptz NOT NULL,
    UNIQUE (workspace_id, user_id),
    FOREIGN KEY (workspace_id, user_id) REFERENCES users (workspace_id, id)
);

CREATE TABLE sessions (
    id uuid NOT NULL PRIMARY KEY,
    workspace_id uuid NOT NULL REFERENCES workspaces (id),
    user_id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    ended_at timestamptz,
    user_agent text COLLATE "C" NOT NULL,
    FOREIGN KEY (workspace_id, user_id) REFERENCES users (workspace_id, id)
);
CREATE INDEX sessions_user_id ON sessions (workspace_id, user_id) WHERE ended_at IS NULL;

-- The refresh tokens of a session that may still come: those not used yet, and those used a moment ago.
CREATE TABLE refresh_tokens (
    session_id uuid NOT NULL REFERENCES sessions (id),
    hash text COLLATE "C" NOT NULL,
    replaced_at timestamptz,
    -- The token it was given in exchange for: forgiven until this one is used.
    follows TEXT,
    PRIMARY KEY (session_id, hash)
);

CREATE TABLE signing_keys (
    id text COLLATE "C" NOT NULL PRIMARY KEY,
    secret text COLLATE "C" NOT NULL,
    created_at timestamptz NOT NULL,
    retired_at timestamptz
);

CREATE TABLE setup_tokens (
    token_hash text COLLATE "C" NOT NULL PRIMARY KEY,
    created_at timestamptz NOT NULL
);

CREATE TABLE idempotency_keys (
    workspace_id uuid NOT NULL REFERENCES workspaces (id),
    user_id uuid NOT NULL,
    key text COLLATE "C" NOT NULL,
    request_hash text COLLATE "C" NOT NULL,
    status bigint NOT NULL,
    etag text COLLATE "C",
    location text COLLATE "C",
    body text COLLATE "C" NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (workspace_id, user_id, key)
);
CREATE INDEX idempotency_keys_created_at ON idempotency_keys (workspace_id, created_at);

-- Append-only. The sealer gives position and chain once an entry is committed.
CREATE TABLE change_log (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    workspace_id uuid NOT NULL REFERENCES workspaces (id),
    position bigint,
    change_set uuid NOT NULL,
    request_id text COLLATE "C" NOT NULL,
    actor_id uuid,
    kind text COLLATE "C" NOT NULL,
    record_id uuid NOT NULL,
    version bigint NOT NULL,
    action text COLLATE "C" NOT NULL,
    fields text COLLATE "C" NOT NULL,
    at timestamptz NOT NULL,
    salt text COLLATE "C",
    entry_hash text COLLATE "C" NOT NULL,
    chain text COLLATE "C"
);
CREATE UNIQUE INDEX change_log_position ON change_log (workspace_id, position) WHERE position IS NOT NULL;
CREATE INDEX change_log_record ON change_log (workspace_id, record_id, position);
CREATE INDEX change_log_unsealed ON change_log (seq) WHERE position IS NULL;

CREATE TABLE change_heads (
    workspace_id uuid NOT NULL PRIMARY KEY REFERENCES workspaces (id),
    position bigint NOT NULL,
    chain text COLLATE "C" NOT NULL
);
