// The app knows of the kinds what the server tells: every kind has its list, page, form, import, bin and history by that alone.
import { collectData, untranslated } from '../kit/inspect.mjs';
import { colleague } from '../kit/people.mjs';
import { Server } from '../kit/server.mjs';
import { assert, eventually, test, unique } from '../kit/test.mjs';

const HISTORY = { 'zh-CN': '修改历史', en: 'History' };

/** The kinds that `GET /schema` tells about, in one language, without those that tests have made: their keys begin with `zz_`. */
const told = async (api, language = 'zh-CN') => (await api.get(`/schema?language=${language}`)).kinds.filter(({ kind }) => !kind.startsWith('zz_'));
const plural = (kind) => kind.path.split('/').pop();
const label = (kind, name) => kind.fields.find((field) => field.name === name).label;

/** What the boxes of a form are called, without the mark of those that are needed. */
const boxes = (dialog) => dialog.locator('.form-field > label:first-child').evaluateAll((labels) => labels.map((label) => label.firstChild.textContent));

for (const language of ['zh-CN', 'en']) {
  test(`kinds: each with a page is shown as it is told (${language})`, async ({ open, api }) => {
    const kinds = (await told(api, language)).filter((kind) => kind.page);
    assert.ok(kinds.length >= 6, kinds.map((kind) => kind.kind).join(' '));
    const app = await open({ locale: language });
    const { page } = app;
    for (const kind of kinds) {
      const name = unique('各类');
      const row = await api.make(plural(kind), { [kind.title_field]: name });
      await app.goto(`/${plural(kind)}?q=${name}`);
      await app.row(name).waitFor();
      const heads = (await page.getByRole('columnheader').allInnerTexts()).map((text) => text.trim());
      assert.deepEqual(heads, kind.columns.map((column) => label(kind, column)), kind.kind);
      // The form asks for what it is told to ask for, in that order.
      await page.locator('.page-head .btn.primary').click();
      const form = page.locator('dialog[open]');
      await form.locator('.form-field').first().waitFor();
      const asked = await boxes(form);
      assert.deepEqual(asked.slice(0, kind.form.length), kind.form.map((field) => label(kind, field)), kind.kind);
      await page.keyboard.press('Escape');
      // Its page has the groups that are told, and its history begins with its making.
      await app.goto(`/${plural(kind)}/${row.id}`);
      await page.getByRole('heading', { name, level: 1 }).waitFor();
      const groups = await page.locator('.group h2').allInnerTexts();
      for (const group of kind.groups) assert.ok(groups.includes(group.label), `${kind.kind}: ${group.label} in ${groups}`);
      assert.equal(await page.locator('.composer').count(), kind.timeline ? 1 : 0, kind.kind);
      await page.getByRole('tab', { name: HISTORY[language] }).click();
      await page.locator('.event', { hasText: name }).waitFor();
      await api.call('DELETE', `/${plural(kind)}/${row.id}`, undefined, { 'If-Match': '*' });
      await app.goto(`/bin/${plural(kind)}`);
      await page.locator('.bin .line', { hasText: name }).waitFor();
      await app.goto(`/import?kind=${plural(kind)}`);
      const offered = page.locator('#import-kind option', { hasText: new RegExp(`^${kind.label}$`) });
      assert.equal(await offered.count(), kind.importable ? 1 : 0, kind.kind);
    }
  });
}

test('kinds: of a kind that no screen is about, nothing is in the app', async ({ open, api, server }) => {
  const app = await open();
  const files = new Set();
  app.page.on('request', (request) => /\.(wasm|js)$/.test(request.url()) && files.add(request.url()));
  await app.goto('/');
  await eventually(() => ['list', 'work', 'manage'].forEach((part) => assert.ok([...files].some((file) => file.endsWith(`split_${part}.wasm`)), part)));
  const code = await Promise.all([...files].map(async (url) => Buffer.from(await (await fetch(url)).arrayBuffer())));
  const has = (text) => code.some((file) => file.includes(text));
  assert.ok(has('opportunity') && has('修改历史'), 'names and labels that are in the app are found in it');
  for (const language of ['zh-CN', 'en']) {
    const competitor = (await told(api, language)).find((kind) => kind.kind === 'competitor');
    const own = competitor.fields.filter((field) => ['strengths', 'weaknesses'].includes(field.name));
    assert.equal(own.length, 2);
    for (const text of [competitor.kind, competitor.label, ...own.flatMap((field) => [field.name, field.label])]) {
      assert.ok(!has(text), `${text} is compiled into the app`);
    }
  }
});

test('kinds: one that the app was not compiled with is worked with from its form to the bin', { everywhere: true }, async ({ open, api }) => {
  const name = unique('海川');
  const app = await open();
  const { page } = app;
  await app.goto('/');
  await page.locator('.nav').getByRole('link', { name: '竞争对手' }).click();
  await page.getByRole('heading', { name: '竞争对手' }).waitFor();
  await page.locator('.page-head').getByRole('button', { name: '新建竞争对手' }).click();
  const form = app.dialog('新建竞争对手');
  await form.getByLabel('名称').fill(name);
  await form.getByLabel('优势').fill('便宜');
  await form.getByRole('button', { name: '创建竞争对手' }).click();
  await form.waitFor({ state: 'detached' });
  await page.getByRole('searchbox').fill(name);
  await app.row(name).waitFor();
  const [made] = await api.list(`/competitors?q=${name}`);
  assert.equal(made.strengths, '便宜');
  // Found from everywhere, changed on its page, and told in its history.
  await page.keyboard.press('Control+k');
  await page.locator('#palette-q').fill(name);
  await page.getByRole('option', { name }).click();
  await page.waitForURL(`**/competitors/${made.id}`);
  await app.edit('网站', 'haichuan.example');
  await eventually(async () => assert.equal((await api.get(`/competitors/${made.id}`)).website, 'haichuan.example'));
  await page.getByRole('tab', { name: HISTORY['zh-CN'] }).click();
  await page.locator('.event', { hasText: 'haichuan.example' }).getByText('网站').waitFor();
  await page.locator('.record-head').getByRole('button', { name: '更多操作' }).click();
  await page.locator('.menu').getByRole('button', { name: '删除' }).click();
  await app.dialog('移到回收站？').getByRole('button', { name: '删除' }).click();
  await page.waitForURL('**/competitors');
  await app.goto('/bin/competitors');
  const line = page.locator('.bin .line', { hasText: name });
  await line.getByRole('button', { name: `恢复“${name}”` }).click();
  await line.waitFor({ state: 'detached' });
  // And from a file.
  const other = unique('汇江');
  await app.goto('/import?kind=competitors');
  await page.locator('input[type=file]').setInputFiles({ name: '对手.csv', mimeType: 'text/csv', buffer: Buffer.from(`名称,劣势\n${other},交付慢\n`) });
  for (const step of ['读取文件', '试运行', '开始导入', '查看记录']) await page.getByRole('button', { name: step }).click();
  await page.waitForURL('**/competitors');
  await page.getByRole('searchbox').fill(other);
  await app.row(other).waitFor();
  assert.equal((await api.list(`/competitors?q=${other}`))[0].weaknesses, '交付慢');
});

test('kinds: a record that several may be named by lists who names it, and a new one names it from there', async ({ open, api }) => {
  const competitor = await api.make('competitors', { name: unique('对手') });
  const other = await api.make('competitors', { name: unique('旁人') });
  await api.make('opportunities', { name: unique('别的商机'), competitor_ids: [other.id] });
  const deal = await api.make('opportunities', { name: unique('争夺'), competitor_ids: [other.id, competitor.id] });
  const app = await open();
  const { page } = app;
  await app.goto(`/competitors/${competitor.id}`);
  const tab = page.getByRole('tab', { name: /^商机/ });
  await tab.getByText('1').waitFor();
  await tab.click();
  await page.locator('.related .line', { hasText: deal.name }).waitFor();
  assert.equal(await page.locator('.related .line').count(), 1);
  await page.getByRole('button', { name: '新建商机' }).click();
  const form = app.dialog('新建商机');
  const name = unique('又一个');
  await form.getByLabel('商机名称').fill(name);
  await form.getByRole('button', { name: '创建商机' }).click();
  await tab.getByText('2').waitFor();
  await page.locator('.related .line', { hasText: name }).waitFor();
  assert.deepEqual((await api.list(`/opportunities?q=${name}`))[0].competitor_ids, [competitor.id]);
});

test('kinds: the navigation follows what somebody may see', async ({ open, api }) => {
  const key = unique('role').toLowerCase();
  const seen = { view: 'all' };
  const role = await api.make('roles', { key, name: unique('临时角色'), grants: { customer: { ...seen, create: 'all' }, lead: seen, user: seen } });
  const app = await open({ who: await colleague(api, { roles: [key] }), expected: [403] });
  const { page } = app;
  const link = (name) => page.locator('.nav').getByRole('link', { name, exact: true });
  await app.goto('/customers?new=1');
  await link('线索').waitFor();
  for (const name of ['产品', '销售看板', '导入']) assert.equal(await link(name).count(), 0, name);
  // A refusal has the app ask again what there is.
  await api.change('roles', role.id, { grants: { customer: { create: null }, lead: null, product: seen } });
  const dialog = app.dialog('新建客户');
  await dialog.getByLabel('客户名称').fill(unique('晚了'));
  await dialog.getByRole('button', { name: '创建客户' }).click();
  await link('产品').waitFor();
  assert.equal(await link('线索').count(), 0);
});

test('kinds: what somebody does not see is closed by its name, and their own profile says what its boxes are', async ({ open, api }) => {
  const key = unique('role').toLowerCase();
  await api.make('roles', { key, name: unique('临时角色'), grants: { customer: { view: 'own' } } });
  const app = await open({ who: await colleague(api, { roles: [key] }) });
  const { page } = app;
  for (const path of ['/leads', '/leads/0190a000-0000-7000-8000-000000000001', '/bin/leads', '/competitors']) {
    await app.goto(path);
    await page.getByRole('heading', { name: '没有权限' }).waitFor();
  }
  await app.goto('/ships');
  await page.getByRole('heading', { name: '页面不存在' }).waitFor();
  await app.goto('/settings');
  await page.getByRole('heading', { name: '头像' }).waitFor();
  for (const box of ['姓名', '邮箱', '电话', '职务', '语言', '时区']) await page.getByLabel(box, { exact: true }).waitFor();
});

/** A word for a key: letters and digits. */
const word = () => unique('x').toLowerCase().replace(/[^a-z0-9]/g, '');

/** Adds a field in the settings of a kind that is open; `more` does what is particular to it. */
async function addField(app, zh, en, type, more = async () => {}) {
  await app.page.locator('.own-fields').getByRole('button', { name: '添加字段' }).click();
  const dialog = app.dialog('添加字段');
  await dialog.getByLabel('名称（中文）', { exact: false }).first().fill(zh);
  await dialog.getByLabel('名称（英文）', { exact: true }).first().fill(en);
  await dialog.getByLabel('类型').selectOption({ label: type });
  await more(dialog);
  await dialog.getByRole('button', { name: '添加', exact: true }).click();
  await dialog.waitFor({ state: 'detached' });
  await ownField(app, zh).waitFor();
}

/** A line among the firm's own fields. */
const ownField = (app, name) => app.page.locator('.own-field', { hasText: name });
const ownNames = (app) => app.page.locator('.own-field .line-name').allInnerTexts();

async function choices(dialog, ...lines) {
  for (const [n, [zh, value]] of lines.entries()) {
    await dialog.getByLabel(`选项 ${n + 1}：名称（中文）`).fill(zh);
    await dialog.getByLabel(`选项 ${n + 1}：值`).fill(value);
  }
}

test('kinds: one that the firm makes has list, page, form, search, history and bin at once', { everywhere: true }, async ({ open, api }) => {
  const id = word();
  const [key, called, english] = [`zz_${id}`, unique('江船'), `Zz ${id}`];
  const app = await open({ expected: [422] });
  const { page } = app;
  await app.goto('/settings/kinds');
  await page.getByRole('button', { name: '新建对象' }).click();
  const making = app.dialog('新建对象');
  await making.getByRole('button', { name: '创建对象' }).click();
  await making.getByText('此项必填').first().waitFor();
  await making.getByLabel('名称（中文）').fill(called);
  await making.getByLabel('名称（英文）').fill(english);
  assert.equal(await making.locator('#kind-key').inputValue(), key);
  assert.equal(await making.locator('#kind-plural').inputValue(), /[sxz]$/.test(key) ? `${key}es` : /[^aeou]y$/.test(key) ? `${key.slice(0, -1)}ies` : `${key}s`);
  await making.locator('#kind-plural').fill(`${key}_all`);
  await making.getByRole('button', { name: '创建对象' }).click();
  await page.waitForURL(`**/settings/kinds/${key}`);
  await page.getByRole('heading', { name: called }).waitFor();
  await page.getByText('还没有自定义字段').waitFor();
  await addField(app, '码头', 'Dock', '文本', async (dialog) => {
    assert.equal(await dialog.locator('#field-key').inputValue(), 'dock');
    await dialog.getByLabel('必填', { exact: true }).check();
    await dialog.getByLabel('可搜索').check();
  });
  await addField(app, '状态', 'State', '单选', (dialog) => choices(dialog, ['在航', 'afloat'], ['停航', 'docked']));
  await addField(app, '建造日期', 'Built on', '日期');
  await addField(app, '价值', 'Value', '金额');
  assert.deepEqual(await ownNames(app), ['码头', '状态', '建造日期', '价值']);
  await ownField(app, '码头').getByText('必填').waitFor();
  // Into another order, by the keyboard, which stays where it was.
  await ownField(app, '价值').getByRole('button', { name: '上移' }).focus();
  await page.keyboard.press('Enter');
  await eventually(async () => assert.deepEqual(await ownNames(app), ['码头', '状态', '价值', '建造日期']));
  await eventually(async () => assert.equal(await ownField(app, '价值').getByRole('button', { name: '上移' }).evaluate((b) => b === document.activeElement), true));
  assert.deepEqual((await api.list(`/fields?filter[kind]=${key}&sort=order`)).map((f) => f.key), ['dock', 'state', 'value', 'built_on']);

  const path = `${key}_all`.replaceAll('_', '-');
  await page.locator('.nav').getByRole('link', { name: called }).click();
  await page.getByRole('heading', { name: called }).waitFor();
  await page.locator('.page-head').getByRole('button', { name: `新建${called}` }).click();
  const dialog = app.dialog(`新建${called}`);
  await dialog.getByLabel('名称').fill('破浪');
  await dialog.getByRole('button', { name: `创建${called}` }).click();
  await dialog.getByText('此项必填').first().waitFor();
  await dialog.getByLabel('码头').fill('吴淞口');
  await dialog.getByRole('button', { name: `创建${called}` }).click();
  await dialog.waitFor({ state: 'detached' });
  await page.getByRole('searchbox').fill('吴淞口');
  await app.row('破浪').waitFor();
  const [made] = await api.list(`/${path}?q=wusong`);
  assert.equal(made.custom_fields.dock, '吴淞口');
  await app.goto(`/${path}/${made.id}`);
  await app.edit('码头', '十六铺');
  await eventually(async () => assert.equal((await api.get(`/${path}/${made.id}`)).custom_fields.dock, '十六铺'));
  await page.getByRole('tab', { name: HISTORY['zh-CN'] }).click();
  await page.locator('.event', { hasText: '十六铺' }).getByText('码头').waitFor();
  await page.locator('.record-head').getByRole('button', { name: '更多操作' }).click();
  await page.locator('.menu').getByRole('button', { name: '删除' }).click();
  await app.dialog('移到回收站？').getByRole('button', { name: '删除' }).click();
  await page.waitForURL(`**/${path}`);
  await page.getByRole('heading', { name: called }).waitFor();
  await app.goto(`/bin/${path}`);
  const line = page.locator('.bin .line', { hasText: '破浪' });
  await line.getByRole('button', { name: '恢复“破浪”' }).click();
  await line.waitFor({ state: 'detached' });
  assert.equal((await api.get(`/${path}/${made.id}`)).custom_fields.dock, '十六铺');
  // From a file.
  await app.goto(`/import?kind=${path}`);
  await page.locator('input[type=file]').setInputFiles({ name: '船.csv', mimeType: 'text/csv', buffer: Buffer.from('名称,码头,状态\n乘风,吴淞口,停航\n') });
  for (const step of ['读取文件', '试运行', '开始导入', '查看记录']) await page.getByRole('button', { name: step }).click();
  await page.waitForURL(`**/${path}`);
  const [job] = await api.list('/imports?sort=-created_at&limit=1');
  assert.equal(job.report.created, 1, JSON.stringify(job));
  await app.row('乘风').waitFor();
  assert.equal((await api.list(`/${path}?filter[name]=${encodeURIComponent('乘风')}`))[0].custom_fields.state, 'docked');

  // Called otherwise, and taken away: then it is in nobody's navigation, and back again when that is undone.
  await app.goto(`/settings/kinds/${key}`);
  await page.getByRole('button', { name: '编辑' }).click();
  const renaming = app.dialog(`编辑“${called}”`);
  await renaming.getByLabel('名称（中文）').fill(`${called}号`);
  await renaming.getByRole('button', { name: '保存' }).click();
  await page.locator('.nav').getByRole('link', { name: `${called}号` }).waitFor();
  await page.getByRole('button', { name: '删除', exact: true }).click();
  await app.dialog(`删除对象“${called}号”？`).getByRole('button', { name: '删除' }).click();
  await page.waitForURL('**/settings/kinds');
  await eventually(async () => assert.equal(await page.locator('.nav').getByRole('link', { name: called }).count(), 0));
  await app.toast('已删除').getByRole('button', { name: '撤销' }).click();
  await page.locator('.nav').getByRole('link', { name: `${called}号` }).waitFor();
  const [kind] = await api.list(`/kinds?filter[key]=${key}`);
  assert.deepEqual(kind.label, { 'zh-CN': `${called}号`, en: english });
  await api.call('DELETE', `/kinds/${kind.id}`, undefined, { 'If-Match': '*' });
});

test('kinds: what refers to a record by a field of the firm has a tab there, and a form tells what a field is for', async ({ open, server: usual }) => {
  const server = await Server.start(usual.engine);
  try {
    const api = await server.signIn();
    const plant = await api.make('customers', { name: unique('总厂') });
    const app = await open({ server });
    const { page } = app;
    await app.goto('/settings/kinds/customer');
    await addField(app, '代管公司', 'Managed by', '关联一条记录', async (dialog) => {
      await dialog.getByLabel('关联对象').selectOption({ label: '客户' });
    });
    await addField(app, '年费', 'Fee', '金额', async (dialog) => {
      await dialog.getByText('更多设置').click();
      await dialog.locator('#field-default').fill('1200.50');
      await dialog.locator('#help-zh-CN').fill('每年一月收取');
    });
    await addField(app, '首次到访', 'First visit', '多选', async (dialog) => {
      await choices(dialog, ['展会', 'fair'], ['门店', 'shop']);
      await dialog.getByText('更多设置').click();
      await dialog.getByRole('checkbox', { name: '门店' }).check();
    });
    const fields = await api.list('/fields?filter[kind]=customer&sort=order');
    assert.deepEqual(fields.map((field) => field.default ?? null), [null, { amount: '1200.50', currency: 'CNY' }, ['shop']]);

    // From the page of the one that is named, which counts who names it.
    await app.goto(`/customers/${plant.id}`);
    const tab = page.getByRole('tab', { name: /^客户 · 代管公司/ });
    await tab.getByText('0').waitFor();
    await tab.click();
    await page.locator('.related').getByRole('button', { name: '新建客户' }).click();
    const form = app.dialog('新建客户');
    await form.getByLabel('客户名称').fill('分厂');
    await form.getByRole('button', { name: '显示全部字段' }).click();
    await form.getByText('每年一月收取').waitFor();
    await eventually(async () => assert.match(await form.getByLabel(/^年费/).first().inputValue(), /1,?200\.50/));
    await form.getByRole('checkbox', { name: '门店' }).uncheck();
    await form.getByRole('button', { name: '创建客户' }).click();
    await tab.getByText('1').waitFor();
    await page.locator('.related .line', { hasText: '分厂' }).waitFor();
    const [made] = await api.list(`/customers?q=${encodeURIComponent('分厂')}`);
    assert.deepEqual([made.custom_fields.zz ?? null, Object.values(made.custom_fields).includes(plant.id), made.custom_fields.fee], [null, true, { amount: '1200.50', currency: 'CNY' }]);
    assert.equal(made.custom_fields.first_visit?.length ?? 0, 0, 'a default that was taken away stays away');
  } finally {
    await server.stop();
  }
});

test('kinds: a field that the firm adds to customers is filled in, listed, filtered and sorted by, and taken away', { everywhere: true }, async ({ open, server: usual }) => {
  // On a server of its own: other tests make customers without the field.
  const server = await Server.start(usual.engine);
  try {
    await fieldOfCustomers(open, server, await server.signIn());
  } finally {
    await server.stop();
  }
});

async function fieldOfCustomers(open, server, api) {
  const id = word();
  const [called, key] = [unique('机床台数'), `zz_${id}`];
  const name = unique('机床厂');
  const app = await open({ server, expected: [422] });
  const { page } = app;
  await app.goto('/settings/kinds');
  await page.locator('.kinds .line', { hasText: 'customer' }).getByRole('link').click();
  await page.getByRole('heading', { name: '客户', level: 1 }).waitFor();
  await addField(app, called, `Zz ${id}`, '整数', async (dialog) => {
    await dialog.getByLabel('必填', { exact: true }).check();
  });
  const [field] = await api.list(`/fields?filter[key]=${key}`);
  assert.deepEqual([field.kind, field.type, field.required, field.label], ['customer', 'integer', true, { 'zh-CN': called, en: `Zz ${id}` }]);
  // The form asks for it.
  await page.locator('.nav').getByRole('link', { name: '客户', exact: true }).click();
  await page.locator('.page-head').getByRole('button', { name: '新建客户' }).click();
  const form = app.dialog('新建客户');
  for (const [which, count] of [['甲', '30'], ['乙', '4'], ['丙', '']]) {
    if (which !== '甲') await page.locator('.page-head').getByRole('button', { name: '新建客户' }).click();
    await form.getByLabel('客户名称').fill(name + which);
    const box = form.getByLabel(called);
    await box.fill(count);
    if (!count) {
      await form.getByRole('button', { name: '创建客户' }).click();
      await form.locator('.form-field.wrong', { hasText: called }).getByText('此项必填').waitFor();
      await box.fill('17');
    }
    await form.getByRole('button', { name: '创建客户' }).click();
    await form.waitFor({ state: 'detached' });
  }
  // A column, by which the list is sorted, as numbers are.
  const column = `custom_fields.${key}`;
  await app.goto(`/customers?q=${name}&cols=name,${column}`);
  await app.row(`${name}甲`).getByText('30').waitFor();
  const order = async () => (await page.locator('.tbody [role=row]').allInnerTexts()).map((text) => text.match(new RegExp(`${name}(.)`))?.[1]).join('');
  await page.getByRole('columnheader', { name: called }).getByRole('button', { name: called }).click();
  await eventually(async () => assert.equal(await order(), '甲丙乙'));
  await page.getByRole('columnheader', { name: called }).getByRole('button', { name: called }).click();
  await eventually(async () => assert.equal(await order(), '乙丙甲'));
  await app.goto(`/customers?q=${name}&cols=name,${column}&filter[${column}][gte]=10`);
  await eventually(async () => assert.equal([...(await order())].sort().join(''), ['丙', '甲'].sort().join('')));
  await page.locator('.chip', { hasText: called }).first().waitFor();
  // Changed on the page; what is needed cannot be emptied.
  const [first] = await api.list(`/customers?filter[name]=${encodeURIComponent(`${name}甲`)}`);
  await app.goto(`/customers/${first.id}`);
  await app.edit(called, '31');
  await eventually(async () => assert.equal((await api.get(`/customers/${first.id}`)).custom_fields[key], 31));
  await page.getByRole('tab', { name: HISTORY['zh-CN'] }).click();
  await page.locator('.event', { hasText: '31' }).getByText(called).waitFor();
  // Called otherwise, and no longer needed.
  await app.goto('/settings/kinds/customer');
  await ownField(app, called).getByRole('button', { name: called, exact: true }).click();
  const editing = app.dialog(`编辑“${called}”`);
  await editing.getByLabel('名称（中文）').first().fill(`${called}量`);
  await editing.getByLabel('必填', { exact: true }).uncheck();
  await editing.getByRole('button', { name: '保存' }).click();
  await editing.waitFor({ state: 'detached' });
  await ownField(app, `${called}量`).waitFor();
  assert.equal((await api.get(`/fields/${field.id}`)).required, false);
  // Taken away, its values stay.
  await ownField(app, called).getByRole('button', { name: `移除“${called}量”` }).click();
  await app.dialog('移除字段').getByRole('button', { name: '移除' }).click();
  await ownField(app, called).waitFor({ state: 'detached' });
  assert.equal((await api.get(`/customers/${first.id}`)).custom_fields[key], undefined);
  await app.toast('已移除').getByRole('button', { name: '撤销' }).click();
  await ownField(app, called).waitFor();
  assert.equal((await api.get(`/customers/${first.id}`)).custom_fields[key], 31);
}

test('kinds: of a field that the server does not take, each box says what is wrong; who may only look changes nothing', async ({ open, api }) => {
  const app = await open({ expected: [409, 422] });
  const { page } = app;
  await app.goto('/settings/kinds/competitor');
  await page.locator('.own-fields').getByRole('button', { name: '添加字段' }).click();
  const dialog = app.dialog('添加字段');
  const send = () => dialog.getByRole('button', { name: '添加', exact: true }).click();
  const wrong = (label) => dialog.locator('.form-field.wrong', { hasText: label }).locator('.field-error');
  await send();
  await wrong('标识').waitFor();
  await dialog.locator('#field-key').fill('9x');
  await dialog.getByLabel('类型').selectOption('choice');
  await send();
  for (const place of ['名称（中文）', '标识']) await wrong(place).first().waitFor();
  await dialog.getByText('可选值').locator('..').locator('.field-error').waitFor();
  const called = unique('等级');
  await dialog.getByLabel('名称（中文）').first().fill(called);
  const key = `zz_${word()}`;
  await dialog.locator('#field-key').fill(key);
  await choices(dialog, ['甲级', 'a'], ['乙级', 'a']);
  await send();
  await dialog.locator('.choice-line.wrong').nth(0).waitFor();
  await dialog.getByLabel('选项 2：值').fill('b');
  await send();
  await dialog.waitFor({ state: 'detached' });
  const [field] = await api.list(`/fields?filter[key]=${key}`);
  assert.deepEqual(field.choices.map((c) => [c.value, c.label['zh-CN']]), [['a', '甲级'], ['b', '乙级']]);

  // Somebody who may only look.
  const role = unique('role').toLowerCase();
  const seen = { view: 'all' };
  await api.make('roles', { key: role, name: unique('临时角色'), grants: { competitor: seen, kind: seen, field: seen } });
  const other = await open({ who: await colleague(api, { roles: [role] }), locale: 'en' });
  await other.goto('/settings/kinds');
  await other.page.getByRole('heading', { name: 'Kinds and fields' }).waitFor();
  assert.equal(await other.page.getByRole('button', { name: 'New kind' }).count(), 0);
  await other.page.locator('.kinds').getByRole('link', { name: 'Competitor' }).click();
  await other.page.locator('.own-field', { hasText: called }).waitFor();
  assert.equal(await other.page.locator('.own-fields').getByRole('button').count(), 0);
  await api.call('DELETE', `/fields/${field.id}`, undefined, { 'If-Match': '*' });
});

test('kinds: what the firm calls its own is data, and no word that somebody forgot to translate', async ({ open, api }) => {
  // With words of the other language in both, as another test may make them at any moment.
  const id = word();
  const label = (text) => ({ 'zh-CN': `Zz ${text}`, en: `江${text}` });
  const kind = await api.make('kinds', { key: `zz_${id}`, plural: `zz_${id}_all`, label: label(`Boats ${id}`) });
  const field = await api.make('fields', { kind: 'competitor', key: `k${id}`, label: label(`Hull ${id}`), group: label(`Body ${id}`), type: 'choice', choices: [{ value: 'a', label: label(`Steel ${id}`) }] });
  const view = await api.make('views', { kind: 'competitor', name: `Zz 江船 ${id}`, shared: 'all' });
  const competitor = await api.make('competitors', { name: unique('对手'), custom_fields: { [field.key]: 'a' } });
  try {
    for (const locale of ['zh-CN', 'en']) {
      const app = await open({ locale });
      const data = collectData(app);
      for (const path of ['/competitors', `/competitors/${competitor.id}`]) {
        await app.goto(path);
        await app.page.locator(`.nav a[href="/${kind.plural.replaceAll('_', '-')}"]`).waitFor();
        assert.deepEqual(await untranslated(app.page, locale, data), [], path);
      }
    }
  } finally {
    for (const [plural, row] of [['views', view], ['fields', field], ['kinds', kind]]) await api.call('DELETE', `/${plural}/${row.id}`, undefined, { 'If-Match': '*' });
  }
});
