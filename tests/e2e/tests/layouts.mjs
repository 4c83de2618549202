// Layouts: how the fields of a kind stand together, set up by keyboard and by drag, and the conditions that forms and pages follow
// while somebody types.
import { PHONE } from '../kit/app.mjs';
import { sideways, violations } from '../kit/inspect.mjs';
import { assert, eventually, test, unique } from '../kit/test.mjs';

const field = (group, name, more = {}) => ({ field: name, group, ...more });
const own = (key) => `custom_fields.${key}`;

/** A kind of the test's own, whose layout is in nobody's way. */
async function shipyard(api) {
  const key = `zz_${unique('l').toLowerCase().replace(/[^a-z0-9]/g, '')}`;
  const called = unique('船型');
  const kind = await api.make('kinds', { key, plural: `${key}_all`, label: { 'zh-CN': called, en: `Zz ${key}` } });
  const fields = [
    ['use', '用途', 'choice', { choices: [{ value: 'cargo', label: { 'zh-CN': '货运', en: 'Cargo' } }, { value: 'trip', label: { 'zh-CN': '客运', en: 'Trips' } }] }],
    ['load', '载重', 'integer', {}],
    ['seats', '座位', 'integer', {}],
    ['remark', '说明', 'text', {}],
  ];
  for (const [name, zh, type, more] of fields) {
    await api.make('fields', { kind: key, key: name, label: { 'zh-CN': zh, en: name }, type, ...more });
  }
  return { key, called, path: `${key}_all`.replaceAll('_', '-'), gone: () => api.call('DELETE', `/kinds/${kind.id}`, undefined, { 'If-Match': '*' }) };
}

async function editor(app, key) {
  await app.goto(`/settings/kinds/${key}`);
  await app.page.getByRole('tab', { name: '布局' }).click();
  await app.page.locator('.layout-editor').waitFor();
  await app.settled();
}

const group = (page, name) => page.getByRole('region', { name, exact: true });
const names = (page, name) => group(page, name).locator('.layout-line .layout-name').allInnerTexts();
const focused = (page) => page.evaluate(() => document.activeElement?.getAttribute('aria-label'));
const stored = async (api, key) => (await api.list(`/layouts?filter[kind]=${key}`))[0];

/** Takes the keyboard there, once the step before has put it where it wants it, which it does with the next frame. */
async function take(page, handle) {
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  await handle.focus();
}

test('layouts: set up by the keyboard, which hears where things are, and taken back', { everywhere: true }, async ({ open, api }) => {
  const { key, called, path, gone } = await shipyard(api);
  const app = await open();
  const { page } = app;
  await editor(app, key);
  assert.deepEqual(await names(page, '自定义字段'), ['用途', '载重', '座位', '说明']);
  // Down within the group, then into the group before it, each told.
  await take(page, page.getByRole('button', { name: '移动“用途”' }).first());
  await page.keyboard.press('ArrowDown');
  await page.getByText('“用途”：自定义字段，第 2 项，共 4 项').waitFor();
  await eventually(async () => assert.equal(await focused(page), '移动“用途”'));
  await page.keyboard.press('ArrowLeft');
  await page.getByText('“用途”：基本信息，第 2 项，共 2 项').waitFor();
  await eventually(async () => assert.equal(await focused(page), '移动“用途”'));
  await page.keyboard.press('ArrowUp');
  await eventually(async () => assert.deepEqual((await names(page, '基本信息')).map((text) => text.split(' ')[0].trim()), ['用途', '名称']));
  // A group of one's own, and a field taken there by its menu.
  await page.getByRole('button', { name: '添加分组' }).click();
  const adding = app.dialog('添加分组');
  await adding.getByLabel('分组名称（中文）').fill('运力');
  await adding.getByRole('button', { name: '应用' }).click();
  await group(page, '运力').getByText('把字段拖到这里').waitFor();
  await page.getByRole('button', { name: '更多操作 座位' }).click();
  await page.locator('.menu').getByRole('button', { name: '移到“运力”' }).click();
  await eventually(async () => assert.deepEqual(await names(page, '运力'), ['座位']));
  await eventually(async () => assert.equal(await focused(page), '移动“座位”'));
  await take(page, page.getByRole('button', { name: '移动“运力”' }));
  await page.keyboard.press('ArrowUp');
  await page.getByText('“运力”：第 3 项，共 4 项').waitFor();
  await eventually(async () => assert.equal(await focused(page), '移动“运力”'));
  await page.keyboard.press('ArrowUp');
  await page.getByText('“运力”：第 2 项，共 4 项').waitFor();
  await eventually(async () => assert.equal(await focused(page), '移动“运力”'));
  // Not shown, and columns.
  await page.getByRole('button', { name: '更多操作 说明' }).click();
  await page.locator('.menu').getByRole('button', { name: '不在表单和页面中显示' }).click();
  // The menu gives the keyboard back when it has closed.
  await eventually(async () => assert.equal(await focused(page), '更多操作 说明'));
  await take(page, page.getByRole('button', { name: '移动“载重”' }).last());
  await page.keyboard.press('ArrowUp');
  await page.getByText('“载重”：第 2 项，共 6 项').waitFor();
  await page.getByText('有未保存的更改').waitFor();
  await page.getByRole('button', { name: '保存', exact: true }).click();
  await app.toast('已保存').waitFor();
  const layout = await stored(api, key);
  assert.deepEqual(layout.fields.map((f) => [f.field, f.group, f.hidden]), [
    [own('use'), 'basics', false], ['name', 'basics', false], [own('seats'), 'own_1', false], [own('load'), 'custom_fields', false], [own('remark'), 'custom_fields', true], ['owner_id', 'others', false],
  ]);
  assert.deepEqual(layout.columns.slice(0, 3), ['name', own('load'), own('use')]);
  // The page follows at once: groups, order, and what is not shown.
  const ship = await api.make(path, { name: '破浪', custom_fields: { use: 'cargo', seats: 4, remark: '旧' } });
  await app.goto(`/${path}/${ship.id}`);
  const heads = await page.locator('.group h2').allInnerTexts();
  assert.deepEqual(heads.slice(0, 3), ['基本信息', '运力', '自定义字段']);
  assert.equal(await page.getByText('旧', { exact: true }).count(), 0);
  await app.goto(`/${path}`);
  assert.deepEqual((await page.getByRole('columnheader').allInnerTexts()).slice(0, 3).map((text) => text.trim()), ['名称', '载重', '用途']);
  // Back to the product's, and that undone.
  await editor(app, key);
  await page.getByRole('button', { name: '恢复默认布局' }).click();
  await app.dialog('恢复默认布局？').getByRole('button', { name: '恢复默认布局' }).click();
  await eventually(async () => assert.deepEqual(await names(page, '自定义字段'), ['用途', '载重', '座位', '说明']));
  await app.toast('已恢复默认布局').getByRole('button', { name: '撤销' }).click();
  await eventually(async () => assert.deepEqual(await names(page, '运力'), ['座位']));
  assert.equal((await stored(api, key)).id, layout.id);
  assert.ok(called);
  await gone();
});

test('layouts: a field is dragged into another group', async ({ open, api }) => {
  const { key, gone } = await shipyard(api);
  const app = await open();
  const { page } = app;
  await editor(app, key);
  await page.locator('.layout-line', { hasText: '座位' }).first().dragTo(group(page, '基本信息').locator('.layout-line').first(), { targetPosition: { x: 120, y: 4 } });
  await eventually(async () => assert.deepEqual((await names(page, '基本信息')).map((text) => text.split(' ')[0].trim()), ['座位', '名称']));
  await page.getByRole('button', { name: '保存', exact: true }).click();
  await app.toast('已保存').waitFor();
  assert.equal((await stored(api, key)).fields[0].field, own('seats'));
  await gone();
});

test('layouts: a condition is set up, and forms and pages follow it while somebody types', { everywhere: true }, async ({ open, api }) => {
  const { key, called, path, gone } = await shipyard(api);
  const app = await open({ expected: [422] });
  const { page } = app;
  await editor(app, key);
  for (const which of ['显示条件', '必填条件']) {
    await page.getByRole('button', { name: '更多操作 载重' }).click();
    await page.locator('.menu').getByRole('button', { name: which }).click();
    const dialog = app.dialog(`“载重”的${which}`);
    await dialog.getByRole('button', { name: '添加筛选条件' }).click();
    await dialog.getByRole('button', { name: '用途', exact: true }).click();
    await dialog.getByLabel('货运').check();
    await dialog.locator('.menu').getByRole('button', { name: '应用' }).click();
    await dialog.getByText('用途：货运').waitFor();
    await dialog.locator('.dialog-foot').getByRole('button', { name: '应用' }).click();
    await dialog.waitFor({ state: 'detached' });
  }
  await page.getByRole('button', { name: '保存', exact: true }).click();
  await app.toast('已保存').waitFor();
  const cargo = { field: own('use'), op: 'eq', value: 'cargo' };
  const load = (await stored(api, key)).fields.find((f) => f.field === own('load'));
  assert.deepEqual([load.shown_when, load.required_when], [cargo, cargo]);

  // The form: the field comes and goes, and what is typed elsewhere stays.
  await app.goto(`/${path}`);
  await page.locator('.page-head').getByRole('button', { name: `新建${called}` }).click();
  const form = app.dialog(`新建${called}`);
  await form.getByLabel('名称').fill('破浪');
  assert.equal(await form.getByLabel('载重').count(), 0);
  await form.getByLabel('用途').selectOption('cargo');
  await form.getByLabel('载重').waitFor();
  assert.equal(await form.getByLabel('名称').inputValue(), '破浪');
  await form.locator('.form-field', { hasText: '载重' }).locator('.needed').waitFor();
  await form.getByRole('button', { name: `创建${called}` }).click();
  await form.getByText('按当前内容，“载重”为必填项。').waitFor();
  await form.getByLabel('载重').fill('12');
  await form.getByLabel('用途').selectOption('trip');
  await form.getByLabel('载重').waitFor({ state: 'detached' });
  await form.getByRole('button', { name: `创建${called}` }).click();
  await form.waitFor({ state: 'detached' });
  const [made] = await api.list(`/${path}`);
  assert.deepEqual(made.custom_fields, { use: 'trip' }, 'what has no place any more is not sent');

  // The page: what a change makes needed is asked for with it.
  await app.goto(`/${path}/${made.id}`);
  assert.equal(await app.field('载重').count(), 0);
  await app.field('用途').getByRole('button', { name: '用途' }).click();
  await app.field('用途').getByRole('combobox').selectOption('cargo');
  const asking = app.dialog('编辑“用途”');
  await asking.getByLabel('载重').fill('30');
  await asking.getByRole('button', { name: '保存' }).click();
  await asking.waitFor({ state: 'detached' });
  await app.field('载重').getByText('30').waitFor();
  assert.deepEqual((await api.get(`/${path}/${made.id}`)).custom_fields, { use: 'cargo', load: 30 });
  // Back again: the field goes, its value stays.
  await app.field('用途').getByRole('button', { name: '用途' }).click();
  await app.field('用途').getByRole('combobox').selectOption('trip');
  await app.field('载重').waitFor({ state: 'detached' });
  await eventually(async () => assert.deepEqual((await api.get(`/${path}/${made.id}`)).custom_fields, { use: 'trip', load: 30 }));
  await gone();
});

test('layouts: two who change one choose whose holds', async ({ open, api }) => {
  const { key, gone } = await shipyard(api);
  await api.make('layouts', { kind: key, groups: [{ key: 'basics' }], fields: [field('basics', 'name', { in_form: true })] });
  const app = await open({ expected: [412, 422] });
  const { page } = app;
  const move = async () => {
    await take(page, page.getByRole('button', { name: '移动“用途”' }).first());
    await page.keyboard.press('ArrowDown');
    await page.getByRole('button', { name: '保存', exact: true }).click();
  };
  const theirs = async (column) => api.change('layouts', (await stored(api, key)).id, { columns: ['name', own(column)] });
  await editor(app, key);
  await theirs('load');
  await move();
  const told = page.locator('.notice', { hasText: '布局刚被别人修改过。' });
  await told.getByRole('button', { name: '载入最新布局' }).click();
  await told.waitFor({ state: 'detached' });
  await eventually(async () => assert.deepEqual(await names(page, '列表默认列'), ['名称', '载重']));
  assert.deepEqual(await names(page, '自定义字段'), ['用途', '载重', '座位', '说明']);
  await theirs('seats');
  await move();
  await told.getByRole('button', { name: '仍然保存我的布局' }).click();
  await app.toast('已保存').waitFor();
  await told.waitFor({ state: 'detached' });
  const now = await stored(api, key);
  assert.deepEqual(now.columns, ['name', own('load')]);
  assert.deepEqual(now.fields.map((f) => f.field), ['name', own('load'), own('use'), own('seats'), own('remark'), 'owner_id']);
  // What the server refuses stands at its field.
  await page.getByRole('button', { name: '更多操作 座位' }).click();
  await page.locator('.menu').getByRole('button', { name: '显示条件' }).click();
  const dialog = app.dialog('“座位”的显示条件');
  await dialog.getByRole('button', { name: '添加筛选条件' }).click();
  await dialog.getByRole('button', { name: '座位', exact: true }).click();
  await dialog.getByLabel('最小').fill('3');
  await dialog.locator('.menu').getByRole('button', { name: '应用' }).click();
  await dialog.locator('.dialog-foot').getByRole('button', { name: '应用' }).click();
  await page.getByRole('button', { name: '保存', exact: true }).click();
  await page.locator('.layout-line.wrong', { hasText: '座位' }).getByText('不能以它自身的值为依据').waitFor();
  await gone();
});

for (const [language, theme] of [['zh-CN', 'light'], ['en', 'dark']]) {
  test(`layouts: the editor can be used by everybody, on a phone too (${language})`, async ({ open, api }) => {
    const { key, gone } = await shipyard(api);
    await api.make('layouts', { kind: key, groups: [{ key: 'basics' }, { key: 'empty', label: { 'zh-CN': '空', en: 'Empty' } }], columns: [own('use')], fields: [
      field('basics', 'name', { in_form: true }), field('basics', own('load'), { shown_when: { field: own('use'), value: 'cargo' } }), field('basics', own('remark'), { hidden: true }),
    ] });
    const app = await open({ locale: language, theme });
    const { page } = app;
    await app.goto(`/settings/kinds/${key}`);
    await page.getByRole('tab').nth(1).click();
    await page.locator('.layout-editor').waitFor();
    for (const viewport of [undefined, PHONE]) {
      if (viewport) await app.resize(viewport);
      assert.deepEqual(await violations(page), []);
      assert.deepEqual(await sideways(page), []);
    }
    await gone();
  });
}
