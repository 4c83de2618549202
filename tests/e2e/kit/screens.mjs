// Every screen of the app, how to get there, and records that fill them.

/** Records of each kind that belong together, made for a test; `name` decorates them. */
export async function makeScene(api, name = (text) => text) {
  const soon = new Date(Date.now() + 2 * 864e5).toISOString();
  const customer = await api.make('customers', {
    name: name('青山精密制造'), status: 'following', level: 'A', industry: '制造', region: '华东', phone: '021-5555 0101', email: 'info@qingshan.example',
    website: 'https://qingshan.example', address: name('上海市浦东新区'), tags: [name('重点').slice(0, 60)], employees: 320, next_follow_up_at: soon, description: name('老客户介绍'),
    annual_revenue: { amount: '12500000.00', currency: 'CNY' },
  });
  const contact = await api.make('contacts', { name: name('周建国'), customer_id: customer.id, title: name('采购经理'), phone: '13800138001', email: 'zhou@qingshan.example' });
  const lead = await api.make('leads', { name: name('吴敏'), company: name('长河物流'), source: '展会', level: '高', phone: '13900139001', score: 80, next_follow_up_at: soon });
  const product = await api.make('products', { name: name('标准服务'), code: name('服务一').slice(0, 60), category: name('服务'), price: { amount: '8000.00', currency: 'CNY' }, unit: '人天' });
  const pipeline = await api.pipeline(name('直销流程'), [name('接洽'), name('方案'), name('签约')]);
  const competitor = await makeCompetitor(api, name);
  const opportunity = await api.make('opportunities', {
    name: name('青山二期'), customer_id: customer.id, contact_id: contact.id, pipeline_id: pipeline.id, stage_id: pipeline.stages[1].id, close_on: '2026-01-31',
    next_step: name('送样'), owner_id: api.me.id, competitor_ids: [competitor.id], lines: [{ product_id: product.id, quantity: '2', price: { amount: '8000.00', currency: 'CNY' } }],
  });
  await api.make('activities', { kind: 'call', body: name('谈了交期'), next_step: name('寄合同'), customer_id: customer.id, contact_id: contact.id, opportunity_id: opportunity.id });
  await api.make('tasks', { subject: name('准备报价单'), due_at: soon, customer_id: customer.id, priority: 'high', owner_id: api.me.id });
  const gone = await api.make('customers', { name: name('已删客户'), industry: '制造', owner_id: api.me.id });
  await api.call('DELETE', `/customers/${gone.id}`, undefined, { 'If-Match': '*' });
  return { api, customer, contact, lead, product, pipeline, opportunity, competitor, ...(await makeSettings(api, customer, name)) };
}

/** There is one of a name: another scene may have made it. */
async function makeCompetitor(api, name = (text) => text) {
  const body = { name: name('海川工软'), website: 'https://haichuan.example', strengths: name('价格低'), weaknesses: name('交付慢') };
  try {
    return await api.make('competitors', body);
  } catch (error) {
    if (error.status !== 409) throw error;
    return (await api.list(`/competitors?filter[name]=${encodeURIComponent(body.name)}`))[0];
  }
}

/** What the pages of settings show: a colleague in a team, a role of the firm's own, a key, currencies and days off. */
async function makeSettings(api, customer, name = (text) => text) {
  await api.make('api-keys', { name: name('官网表单'), scopes: ['leads:write', 'customers:read'], expires_at: new Date(Date.now() + 864e6).toISOString() });
  await once(api, 'currencies', { code: 'USD' });
  await once(api, 'exchange-rates', { currency: 'USD', valid_from: '2026-01-01', rate: '7.1234' });
  await once(api, 'holidays', { day: `${new Date().getFullYear()}-10-01`, name: name('国庆节').slice(0, 100) });
  const user = await api.make('users', { name: name('何静'), email: `${crypto.randomUUID()}@example.com`, title: name('客户经理'), roles: ['sales'] });
  const [sales] = await api.list('/roles?filter[key]=sales');
  const role = await api.make('roles', { name: name('电话销售').slice(0, 90), description: name('只跟进电话来的线索'), grants: { ...sales.grants, lead: { view: 'team', edit: 'own' } } });
  const team = await api.make('teams', { name: name('华北组') });
  await api.make('team-members', { team_id: team.id, user_id: user.id, duty: name('售前') });
  await api.call('PUT', `/customers/${customer.id}/members/${user.id}`, { access: 'write', expires_at: '2099-12-31' });
  const leaver = await api.make('users', { name: name('罗伟'), email: `${crypto.randomUUID()}@example.com`, roles: ['sales'] });
  return { user, leaver, role, team };
}

/** Makes what there can be only one of; another scene may have made it. */
async function once(api, plural, body) {
  await api.make(plural, body).catch((error) => {
    if (error.status !== 409) throw error;
  });
}

/** The same from what a database already holds; of settings it has too few to show. */
export async function findScene(api) {
  const first = async (path) => (await api.list(path))[0];
  const [customer, contact, lead, product, pipeline, opportunity] = await Promise.all([
    first('/customers?sort=-last_activity_at&limit=1&filter[last_activity_at][is_null]=false'), first('/contacts?limit=1'), first('/leads?limit=1&filter[status]=contacted'),
    first('/products?limit=1'), first('/pipelines?limit=1&sort=position'), first('/opportunities?limit=1&filter[status]=open&sort=-amount'),
  ]);
  const competitor = await makeCompetitor(api);
  return { api, customer, contact, lead, product, pipeline, opportunity, competitor, ...(await makeSettings(api, customer)) };
}

const click = (selector) => async ({ page }) => {
  await page.locator(selector).first().click();
};
const dialog = (selector) => async (app) => {
  await click(selector)(app);
  await app.page.locator('dialog[open]').waitFor();
};
const fold = (selector) => async (app) => {
  await app.page.locator(selector).first().click();
  await app.settled();
};
/** What stands in the menu of a record, by its place there. */
const fromMenu = (index) => async (app) => {
  await click('.record-head .menu-root > button')(app);
  await app.page.locator('.record-head .menu .item').nth(index).click();
  await app.page.locator('dialog[open]').waitFor();
  await app.settled();
};
const tab = (index) => async (app) => {
  await app.page.getByRole('tab').nth(index).click();
  await app.settled();
};

/** A file of customers read in, as far as its columns. */
async function readFile(app) {
  const rows = ['客户名称,联系电话,客户级别,备注栏', '长风贸易,010-66668888,A,老客户', '宏远机械,0755-8888 1234,特级,展会认识'];
  await app.page.locator('input[type=file]').setInputFiles({ name: '客户.csv', mimeType: 'text/csv', buffer: Buffer.from(rows.join('\n')) });
  await click('.form-foot .btn.primary')(app);
  await app.page.locator('table.map').waitFor();
  await app.settled();
}

/** An export of one's own, done. */
async function exported(app, { customer }) {
  await app.goto(`/customers?filter[name]=${encodeURIComponent(customer.name)}`);
  await click('.page-actions .menu-root > button')(app);
  await dialog('.page-actions .menu button.item >> nth=-1')(app);
  await click('dialog .btn.primary')(app);
  await app.page.locator('.export-file').waitFor();
  await app.goto('/exports');
}

/** Name, address, and what to do there. All of it works at either width and in either language. */
export const SCREENS = [
  ['home', () => '/'],
  ['tasks', () => '/tasks'],
  ['leads', () => '/leads'],
  ['lead', ({ lead }) => `/leads/${lead.id}`],
  ['lead-convert', ({ lead }) => `/leads/${lead.id}`, dialog('.page-actions .btn.primary')],
  ['customers', () => '/customers'],
  ['customers-panel', ({ customer }) => `/customers?open=${customer.id}`],
  ['customers-filter', () => '/customers?filter[status]=following', click('.chips .menu-root:last-child button')],
  ['customers-columns', () => '/customers', click('.toolbar > .menu-root:last-child > button')],
  ['customers-grouped', () => '/customers?group=status', ({ page }) => page.locator('.group-row').first().waitFor()],
  ['customers-views', () => '/customers', click('.view-bar .menu-root > button')],
  ['customers-bulk', () => '/customers', click('.tbody .row-tick')],
  ['customers-bulk-delete', () => '/customers', async (app) => {
    await click('.tbody .row-tick')(app);
    await dialog('.bulk > .delete')(app);
  }],
  ['customers-bulk-field', () => '/customers', async (app) => {
    await click('.tbody .row-tick')(app);
    await dialog('.bulk > .edit')(app);
  }],
  ['customers-bulk-tags', () => '/customers', async (app) => {
    await click('.tbody .row-tick')(app);
    await dialog('.bulk > .tags')(app);
  }],
  ['jobs', () => '/jobs'],
  ['customers-transfer', () => '/customers', async (app) => {
    await click('.tbody .row-tick')(app);
    await dialog('.bulk > .transfer')(app);
    await app.settled();
  }],
  ['customers-export', () => '/customers', async (app) => {
    await click('.page-actions .menu-root > button')(app);
    await dialog('.page-actions .menu button.item >> nth=-1')(app);
    await app.settled();
  }],
  ['customers-new', () => '/customers?new=1'],
  ['customers-none', () => '/customers?q=zzzzzz'],
  ['customer', ({ customer }) => `/customers/${customer.id}`],
  ['customer-contacts', ({ customer }) => `/customers/${customer.id}`, tab(1)],
  ['customer-tasks', ({ customer }) => `/customers/${customer.id}`, tab(3)],
  ['customer-history', ({ customer }) => `/customers/${customer.id}`, tab(4)],
  ['customer-share', ({ customer }) => `/customers/${customer.id}`, fromMenu(2)],
  ['customer-who-sees', ({ customer }) => `/customers/${customer.id}`, fromMenu(3)],
  ['contacts', () => '/contacts'],
  ['contact', ({ contact }) => `/contacts/${contact.id}`],
  ['board', ({ pipeline }) => `/pipeline?pipeline=${pipeline.id}`],
  ['board-panel', ({ pipeline, opportunity }) => `/pipeline?pipeline=${pipeline.id}&open=${opportunity.id}`],
  ['opportunities', () => '/opportunities'],
  ['opportunity', ({ opportunity }) => `/opportunities/${opportunity.id}`],
  ['opportunity-lose', ({ opportunity }) => `/opportunities/${opportunity.id}`, dialog('.page-actions .btn.good + .btn')],
  ['products', () => '/products'],
  ['product', ({ product }) => `/products/${product.id}`],
  ['competitors', () => '/competitors'],
  ['competitor', ({ competitor }) => `/competitors/${competitor.id}`],
  ['exports', () => '/exports', exported],
  ['import', () => '/import'],
  ['import-columns', () => '/import?kind=customers', readFile],
  ['import-trial', () => '/import?kind=customers', async (app) => {
    await readFile(app);
    await click('.form-foot .btn.primary')(app);
    await app.page.locator('.stats').waitFor();
    await app.settled();
  }],
  ['bin', () => '/bin/customers', ({ page }) => page.locator('.bin .line, .empty').first().waitFor()],
  ['cell-editor', () => '/customers?cols=name,phone,owner_id', async ({ page }) => {
    await page.locator('.table').focus();
    for (const key of ['ArrowDown', 'ArrowRight', 'ArrowRight', 'Enter']) await page.keyboard.press(key);
    await page.locator('.cell-edit').waitFor();
  }],
  ['settings', () => '/settings'],
  ['settings-second-factor', () => '/settings', async ({ page }) => {
    await page.locator('.second-factor .form-foot button').click();
    await page.locator('svg.qr').scrollIntoViewIfNeeded();
  }],
  ['settings-sign-out-others', () => '/settings', dialog('.sessions .form-foot button')],
  ['settings-api-keys', () => '/settings/api-keys'],
  ['settings-api-keys-new', () => '/settings/api-keys', dialog('.settings-body .btn.primary')],
  ['settings-api-keys-rename', () => '/settings/api-keys', dialog('.key-acts .btn:nth-child(1)')],
  ['settings-api-keys-rotate', () => '/settings/api-keys', dialog('.key-acts .btn:nth-child(2)')],
  ['settings-api-keys-once', () => '/settings/api-keys', async (app) => {
    await dialog('.key-acts .btn:nth-child(2)')(app);
    await click('dialog .btn.primary')(app);
    await app.page.locator('#api-key').waitFor();
  }],
  ['settings-api-keys-revoke', () => '/settings/api-keys', dialog('.key-acts .btn:nth-child(3)')],
  ['settings-users', () => '/settings/users'],
  ['settings-users-new', () => '/settings/users', dialog('.page-actions .btn.primary')],
  ['settings-user', ({ user }) => `/settings/users?open=${user.id}`],
  ['settings-user-link', ({ user }) => `/settings/users?open=${user.id}`, dialog('.sign-in-acts .btn')],
  ['settings-user-disable', ({ user }) => `/settings/users?open=${user.id}`, dialog('.sign-in-acts .btn:last-child')],
  ['settings-user-hand-over', ({ user }) => `/settings/users?open=${user.id}`, async (app) => {
    await dialog('.sign-in-acts .btn:nth-last-child(2)')(app);
    await app.settled();
  }],
  ['settings-user-handed-over', ({ leaver }) => `/settings/users?open=${leaver.id}`, async (app, { api, leaver }) => {
    await api.make('customers', { name: '交接的客户', owner_id: leaver.id });
    await dialog('.sign-in-acts .btn:nth-last-child(2)')(app);
    await app.page.locator('#hand-over-to').fill(api.me.name);
    await app.page.locator('dialog [role=option]').first().click();
    await app.page.locator('dialog input[type=checkbox]').uncheck();
    await click('dialog .btn.primary')(app);
    await app.page.locator('dialog .dialog-body[aria-live] p').first().waitFor();
    await app.page.locator('dialog progress').waitFor({ state: 'detached' });
  }],
  ['settings-teams', () => '/settings/teams'],
  ['settings-teams-new', () => '/settings/teams', dialog('.page-actions .btn.primary')],
  ['settings-team', ({ team }) => `/settings/teams?open=${team.id}`],
  ['settings-roles', () => '/settings/roles'],
  ['settings-roles-new', () => '/settings/roles', dialog('.page-actions .btn.primary')],
  ['settings-role', ({ role }) => `/settings/roles/${role.id}`],
  ['settings-role-changed', ({ role }) => `/settings/roles/${role.id}`, async ({ page }) => {
    const card = page.locator('summary', { hasText: /线索|Lead/ }).first();
    if (await card.isVisible().catch(() => false)) await card.click();
    const cell = page.locator('select#right-lead-view');
    // One that is built in is only read.
    if ((await cell.count()) === 0) return;
    await cell.selectOption('all');
    await page.locator('.role-save').waitFor();
  }],
  ['settings-role-fields', ({ role }) => `/settings/roles/${role.id}`, fold('.field-rights-kinds summary, details.rights-card summary:has(+ .field-rights)')],
  ['settings-role-copy', ({ role }) => `/settings/roles/${role.id}`, dialog('.page-actions .btn:nth-child(1)')],
  ['settings-role-delete', ({ role }) => `/settings/roles/${role.id}`, dialog('.page-actions .btn:nth-child(2)')],
  ['settings-audit', () => '/settings/audit?kind=customer', async ({ page }) => {
    await page.locator('.audit-entry summary').first().click();
    await page.locator('.audit-more').waitFor();
  }],
  ['settings-kinds', () => '/settings/kinds'],
  ['settings-kinds-new', () => '/settings/kinds', dialog('.page-actions .btn.primary')],
  ['settings-kind', () => '/settings/kinds/customer'],
  ['settings-kind-field', () => '/settings/kinds/customer', dialog('.own-fields .group-head .btn')],
  ['settings-kind-choices', () => '/settings/kinds/customer', async (app) => {
    await dialog('.own-fields .group-head .btn')(app);
    await app.page.locator('#field-type').selectOption('choice');
    await app.page.locator('.more-settings summary').click();
  }],
  ['settings-kind-layout', () => '/settings/kinds/customer', async ({ page }) => {
    await page.getByRole('tab').nth(1).click();
    await page.locator('.layout-editor').waitFor();
  }],
  ['settings-pipelines', () => '/settings/pipelines'],
  ['settings-picklists', () => '/settings/picklists'],
  ['settings-currencies', () => '/settings/currencies'],
  ['settings-currencies-new', () => '/settings/currencies', dialog('.page-actions .btn.primary')],
  ['settings-currencies-rate', () => '/settings/currencies', dialog('.settings-body section.box .btn:last-child')],
  ['settings-numbering', () => '/settings/numbering', ({ page }) => page.locator('.next-number', { hasText: '0' }).first().waitFor()],
  ['settings-calendar', () => '/settings/calendar'],
  ['settings-holidays', () => '/settings/holidays'],
  ['settings-holidays-new', () => '/settings/holidays', dialog('.page-actions .btn.primary')],
  ['settings-company', () => '/settings/company'],
  ['palette', () => '/', async ({ page }) => {
    await page.keyboard.press('Control+k');
    await page.locator('dialog.palette[open]').waitFor();
  }],
  ['user-menu', () => '/', click('.user')],
  ['no-such-page', () => '/nowhere'],
  ['no-such-record', () => '/customers/0190a000-0000-7000-8000-000000000000'],
].map(([name, path, prepare]) => ({ name, path, prepare }));

export async function show(app, screen, scene) {
  await app.goto(screen.path(scene));
  await screen.prepare?.(app, scene);
  await app.settled();
}
