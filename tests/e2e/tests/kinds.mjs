// The app knows of the kinds what the server tells: every kind has its list, page, form, import, bin and history by that alone.
import { colleague } from '../kit/people.mjs';
import { assert, eventually, test, unique } from '../kit/test.mjs';

const HISTORY = { 'zh-CN': '修改历史', en: 'History' };

/** The kinds that `GET /schema` tells about, in one language, without those that tests have made. */
const told = async (api, language = 'zh-CN') => (await api.get(`/schema?language=${language}`)).kinds.filter(({ kind }) => !kind.startsWith('c_'));
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
      const asked = await boxes(page.locator('dialog[open]'));
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

test('kinds: one that the firm makes has list, page, form, search, history and bin at once', { everywhere: true }, async ({ open, api }) => {
  const kind = `c_${unique('ship').toLowerCase().replace(/[^a-z0-9]/g, '')}`;
  const [called, english] = [unique('江船'), unique('Ship')];
  const ship = await api.make('custom-kinds', { name: kind, label: called, label_en: english, usual_rights: 'work', owned: true });
  const field = (name, label, field_type, more = {}) => api.make('custom-fields', { kind, name, label, field_type, ...more });
  await field('dock', '码头', 'text', { required: true, searched: true });
  await field('state', '状态', 'choice', { choices: [{ value: 'afloat', label: '在航' }, { value: 'docked', label: '停航' }] });
  await field('built_on', '建造日期', 'day');
  await field('value', '价值', 'money');
  const path = kind.replaceAll('_', '-');
  const app = await open({ expected: [422] });
  const { page } = app;
  await app.goto('/');
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
  assert.equal(made.dock, '吴淞口');
  await app.goto(`/${path}/${made.id}`);
  await app.edit('码头', '十六铺');
  await eventually(async () => assert.equal((await api.get(`/${path}/${made.id}`)).dock, '十六铺'));
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
  assert.equal((await api.get(`/${path}/${made.id}`)).dock, '十六铺');
  // From a file.
  await app.goto(`/import?kind=${path}`);
  await page.locator('input[type=file]').setInputFiles({ name: '船.csv', mimeType: 'text/csv', buffer: Buffer.from('名称,码头,状态\n乘风,吴淞口,停航\n') });
  for (const step of ['读取文件', '试运行', '开始导入', '查看记录']) await page.getByRole('button', { name: step }).click();
  await page.waitForURL(`**/${path}`);
  await app.row('乘风').getByText('停航').waitFor();
  const other = await open({ locale: 'en' });
  await other.goto(`/${path}`);
  await other.page.getByRole('heading', { name: english, level: 1 }).waitFor();
  // When the kind goes, it is in nobody's navigation.
  await api.call('DELETE', `/custom-kinds/${ship.id}`, undefined, { 'If-Match': '*' });
  await app.goto('/');
  await eventually(async () => assert.equal(await page.locator('.nav').getByRole('link', { name: called }).count(), 0));
});
