// Customers: made, found, sorted, filtered, changed by two people at once, deleted; and what is kept about them.
import { colleague } from '../kit/people.mjs';
import { assert, eventually, test, unique } from '../kit/test.mjs';

/** A Chinese name of four characters, with its initials. */
function chineseName() {
  const characters = [['云', 'y'], ['帆', 'f'], ['海', 'h'], ['山', 's'], ['天', 't'], ['明', 'm'], ['光', 'g'], ['金', 'j'], ['林', 'l'], ['东', 'd'], ['北', 'b'], ['南', 'n']];
  const four = Array.from({ length: 5 }, () => characters[Math.floor(Math.random() * characters.length)]);
  return { name: four.map(([character]) => character).join(''), initials: four.map(([, letter]) => letter).join('') };
}

test('a customer is made by quick create, and its list shows it', { everywhere: true }, async ({ open, api }) => {
  const app = await open({ expected: [422] });
  const { page } = app;
  const name = unique('远大机械');
  // Among its own only: what other tests make would push it out of what is drawn.
  await app.goto(`/customers?q=${name}`);
  await page.getByRole('button', { name: '新建客户' }).first().click();
  const dialog = app.dialog('新建客户');
  await dialog.getByRole('button', { name: '创建客户' }).click();
  await dialog.locator('.field-error').waitFor();
  await dialog.getByLabel('客户名称').fill(name);
  await dialog.getByLabel('状态').selectOption({ label: '有意向' });
  await dialog.getByLabel('电话').fill('010-8888 6666');
  await dialog.getByRole('button', { name: '创建客户' }).click();
  await app.row(name).waitFor();
  await page.getByRole('heading', { name }).waitFor();
  const [stored] = await api.list(`/customers?q=${encodeURIComponent(name)}`);
  assert.equal(stored.status, 'interested');
  assert.equal(stored.owner_id, api.me.id);
});

test('customers are found by characters and by pinyin initials', { everywhere: true }, async ({ open, api }) => {
  const { name, initials } = chineseName();
  // Both are kept in sight by a filter, however many customers other tests make meanwhile.
  const employees = Date.now() % 1e8;
  await api.make('customers', { name, employees });
  const other = unique('Zebra ');
  await api.make('customers', { name: other, employees });
  const app = await open();
  await app.goto(`/customers?filter[employees]=${employees}`);
  await app.row(other).waitFor();
  for (const words of [name.slice(0, 2), initials]) {
    await app.page.getByRole('searchbox').fill(words);
    await app.row(other).waitFor({ state: 'detached' });
    await app.row(name).waitFor();
    assert.equal(new URL(app.page.url()).searchParams.get('q'), words);
    await app.page.getByRole('searchbox').fill('');
    await app.row(other).waitFor();
  }
});

test('sorting, filters and search stand in the address, so a reload shows the same', { everywhere: true }, async ({ open, api }) => {
  const word = unique('列');
  for (const [name, status] of [['甲', 'potential'], ['乙', 'following'], ['丙', 'following']]) await api.make('customers', { name: `${name}${word}`, status });
  const app = await open();
  const { page } = app;
  const names = async () => (await app.page.locator('.tbody .row-link').allInnerTexts()).map((text) => text[0]).join('');
  await app.goto(`/customers?q=${encodeURIComponent(word)}`);
  await eventually(async () => assert.equal((await names()).length, 3));
  await page.getByRole('columnheader', { name: '客户名称' }).getByRole('button').click();
  await eventually(async () => assert.equal(await names(), '丙甲乙', 'by pinyin'));
  assert.equal(await page.getByRole('columnheader', { name: '客户名称' }).getAttribute('aria-sort'), 'ascending');
  await page.getByRole('columnheader', { name: '客户名称' }).getByRole('button').click();
  await eventually(async () => assert.equal(await names(), '乙甲丙'));

  await page.getByRole('button', { name: '添加筛选条件' }).click();
  await page.locator('.menu').getByRole('button', { name: '状态', exact: true }).click();
  await page.getByLabel('跟进中').check();
  await page.getByRole('button', { name: '应用' }).click();
  await eventually(async () => assert.equal(await names(), '乙丙'));
  const address = page.url();
  assert.match(decodeURIComponent(address), /filter\[status\]=following/);

  await app.reload();
  await eventually(async () => assert.equal(await names(), '乙丙'));
  assert.equal(page.url(), address);
  assert.equal(await page.getByRole('searchbox').inputValue(), word);
  await page.locator('.chip', { hasText: '状态：跟进中' }).waitFor();
  await page.getByRole('button', { name: /移除 状态/ }).click();
  await eventually(async () => assert.equal(await names(), '乙甲丙'));
});

test('a long list goes on loading as it is scrolled, and keeps its place', async ({ open, api }) => {
  const word = unique('长列表');
  const names = Array.from({ length: 130 }, (_, i) => `${word}-${String(i).padStart(3, '0')}`);
  for (let i = 0; i < names.length; i += 26) await Promise.all(names.slice(i, i + 26).map((name) => api.make('customers', { name })));
  const app = await open();
  await app.goto(`/customers?q=${word}&sort=name`);
  await app.row(names[0]).waitFor();
  assert.ok((await app.page.locator('.tbody [role=row]').count()) < 80, 'only what is in sight is drawn');
  const table = app.page.locator('.table');
  await eventually(async () => {
    await table.evaluate((box) => { box.scrollTop = box.scrollHeight; });
    await app.row(names[129]).waitFor({ timeout: 500 });
  });
  assert.ok((await table.evaluate((box) => box.scrollTop)) > 100 * 30);
  await app.row(names[60]).waitFor({ state: 'detached' });
});

test('columns are chosen, and stay chosen', async ({ open, api }) => {
  const name = unique('列选择');
  await api.make('customers', { name, region: '华东' });
  const app = await open({ who: await colleague(api, { roles: ['owner'] }) });
  await app.goto(`/customers?q=${name}`);
  assert.equal(await app.row(name).getByText('华东').count(), 0);
  await app.page.getByRole('button', { name: '列', exact: true }).click();
  const told = app.page.waitForResponse((answer) => answer.url().endsWith('/views/marks/customer/all'));
  await app.page.getByLabel('地区').click();
  await app.row(name).getByText('华东').waitFor();
  assert.equal((await told).status(), 200);
  assert.ok(!app.page.url().includes('cols='), 'they are the person\'s, and in no link');
  await app.goto(`/customers?q=${name}`);
  await app.row(name).getByText('华东').waitFor();
});

test('the side panel opens beside the list, walks it, and closes by Escape', async ({ open, api }) => {
  const word = unique('侧栏');
  for (const name of ['甲', '乙']) await api.make('customers', { name: `${name}${word}` });
  const app = await open();
  const { page } = app;
  await app.goto(`/customers?q=${word}&sort=name`);
  await app.row(`甲${word}`).click();
  await page.locator('.panel').getByRole('heading', { name: `甲${word}` }).waitFor();
  await page.keyboard.press('ArrowDown');
  await page.locator('.panel').getByRole('heading', { name: `乙${word}` }).waitFor();
  await page.keyboard.press('Escape');
  await page.locator('.panel').waitFor({ state: 'detached' });
  assert.equal(new URL(page.url()).searchParams.get('open'), null);
});

test('a field is edited in place, and undone from the toast', { everywhere: true }, async ({ open, api }) => {
  const { id } = await api.make('customers', { name: unique('原地编辑'), address: '旧址一号' });
  const app = await open();
  await app.goto(`/customers/${id}`);
  await app.field('创建人').getByText(api.me.name).waitFor();
  await app.edit('地址', '新址二号');
  await app.toast('已保存').hover();
  assert.equal((await api.get(`/customers/${id}`)).address, '新址二号');
  await app.toast('已保存').getByRole('button', { name: '撤销' }).click();
  await app.toast('已撤销').waitFor();
  assert.equal((await api.get(`/customers/${id}`)).address, '旧址一号');
  await app.field('地址').getByText('旧址一号').waitFor();
});

test('what the server refuses goes back to what it was, with the reason at the field', async ({ open, api }) => {
  const { id } = await api.make('customers', { name: unique('被拒'), email: 'good@example.com' });
  const app = await open({ expected: [422] });
  await app.goto(`/customers/${id}`);
  await app.edit('邮箱', 'not an address');
  await app.field('邮箱').getByRole('alert').waitFor();
  await app.field('邮箱').getByText('good@example.com').waitFor();
});

test('a stale edit shows mine and theirs, and what is chosen is stored', { everywhere: true }, async ({ open, api }) => {
  const { id } = await api.make('customers', { name: unique('冲突'), address: '起初', region: '华东' });
  const app = await open({ expected: [412] });
  const { page } = app;
  await app.goto(`/customers/${id}`);
  await api.change('customers', id, { address: '他改的', region: '华南' });
  await app.edit('地址', '我改的');
  const dialog = app.dialog('有人先改了这条记录');
  const row = dialog.getByRole('row', { name: '地址' });
  await row.getByText('我改的').waitFor();
  await row.getByText('他改的').waitFor();
  await dialog.getByText('华南').waitFor();
  await dialog.getByRole('button', { name: '按选择保存' }).click();
  await app.toast('已保存').waitFor();
  await dialog.waitFor({ state: 'detached' });
  const stored = await api.get(`/customers/${id}`);
  assert.deepEqual([stored.address, stored.region], ['我改的', '华南'], 'mine applied, theirs kept');
  await app.field('地区').getByText('华南').waitFor();

  // Once more, and now theirs is taken.
  await api.change('customers', id, { address: '他又改了' });
  await app.edit('地址', '我也又改');
  await dialog.getByRole('button', { name: '放弃我的修改' }).click();
  await app.field('地址').getByText('他又改了').waitFor();
  assert.equal((await api.get(`/customers/${id}`)).address, '他又改了');
  await page.locator('dialog[open]').waitFor({ state: 'detached' });
});

test('a deleted customer leaves the list', { everywhere: true }, async ({ open, api }) => {
  const name = unique('删除');
  const { id } = await api.make('customers', { name });
  const app = await open();
  const { page } = app;
  await app.goto(`/customers?q=${name}&open=${id}`);
  await page.locator('.panel').getByRole('button', { name: '更多操作' }).first().click();
  await page.locator('.panel .menu').getByRole('button', { name: '删除' }).click();
  await app.dialog('移到回收站？').getByRole('button', { name: '删除' }).click();
  await app.row(name).waitFor({ state: 'detached' });
  await page.locator('.panel').waitFor({ state: 'detached' });
  await assert.rejects(api.get(`/customers/${id}`), { status: 404 });
});

test('a contact is added from its customer', async ({ open, api }) => {
  const name = unique('联系人之家');
  const { id } = await api.make('customers', { name });
  const app = await open();
  const { page } = app;
  await app.goto(`/customers/${id}`);
  await page.getByRole('tab', { name: '联系人' }).click();
  await page.getByRole('button', { name: '新建联系人' }).click();
  const dialog = app.dialog('新建联系人');
  assert.equal(await dialog.getByLabel('客户').inputValue(), name, 'the customer is filled in');
  await dialog.getByLabel('姓名').fill('韩梅梅');
  await dialog.getByLabel('手机').fill('13800138000');
  await dialog.getByRole('button', { name: '创建联系人' }).click();
  await page.getByRole('tabpanel').getByRole('link', { name: '韩梅梅' }).waitFor();
  const [contact] = await api.list(`/contacts?filter[customer_id]=${id}`);
  assert.equal(contact.name, '韩梅梅');
});

test('an entry in the composer appears in the timeline and moves the last activity', { everywhere: true }, async ({ open, api }) => {
  const { id } = await api.make('customers', { name: unique('动态') });
  const app = await open();
  const { page } = app;
  await app.goto(`/customers/${id}`);
  assert.equal(await app.field('最近跟进').locator('.field-value').innerText(), '—');
  const composer = page.locator('.composer');
  await composer.getByRole('radio', { name: '电话' }).click();
  await composer.getByRole('textbox').first().fill('谈了报价，对方周五答复');
  await composer.getByLabel('下一步').fill('周五回电');
  await composer.getByRole('button', { name: '记录', exact: true }).click();
  const entry = page.locator('.event', { hasText: '谈了报价，对方周五答复' });
  await entry.getByText('周五回电').waitFor();
  await entry.getByText('电话').waitFor();
  await app.field('最近跟进').locator('time').waitFor();
  const stored = await api.get(`/customers/${id}`);
  assert.ok(stored.last_activity_at);
  assert.equal(stored.version, 2, 'what follows from it is a version as well');
});

test('the next follow-up of an entry is the record\'s, and a task; an entry can be mended', { everywhere: true }, async ({ open, api }) => {
  const { id } = await api.make('customers', { name: unique('跟进') });
  const app = await open();
  const { page } = app;
  await app.goto(`/customers/${id}`);
  const composer = page.locator('.composer');
  const box = composer.getByRole('textbox').first();
  await composer.getByRole('radio', { name: '电话' }).click();
  await box.fill('谈了价格');
  assert.equal(await composer.getByLabel('同时为我建一个任务').count(), 0, 'without a date there is nothing to be done');
  await composer.getByLabel('下一步').fill('寄合同');
  await composer.getByLabel('下次跟进').fill('2031-03-03T10:00');
  await composer.getByLabel('同时为我建一个任务').waitFor();
  await box.press('Control+Enter');
  await page.getByText('已记录，并已建任务').waitFor();
  const stored = await api.get(`/customers/${id}`);
  assert.match(stored.next_follow_up_at ?? '', /^2031-03-03T/);
  const [task] = await api.list(`/tasks?filter[customer_id]=${id}`);
  assert.deepEqual([task.subject, task.due_at], ['寄合同', stored.next_follow_up_at]);

  // The next entry is typed where the last one was, and needs no task this time.
  await page.keyboard.type('又打了一次');
  await composer.getByLabel('下次跟进').fill('2031-03-04T10:00');
  await composer.getByLabel('同时为我建一个任务').uncheck();
  await composer.getByRole('button', { name: '记录', exact: true }).click();
  const entry = page.locator('.event', { hasText: '又打了一次' });
  await entry.waitFor();
  assert.equal((await api.list(`/tasks?filter[customer_id]=${id}`)).length, 1);

  await entry.getByRole('button', { name: '更多操作' }).click();
  await entry.getByRole('button', { name: '编辑' }).click();
  const dialog = app.dialog('编辑“跟进记录”');
  await dialog.getByLabel('主题').fill('第二次通话');
  await dialog.getByRole('button', { name: '保存' }).click();
  await page.locator('.event', { hasText: '第二次通话' }).waitFor();
  const said = await api.list(`/activities?filter[customer_id]=${id}&filter[subject]=${encodeURIComponent('第二次通话')}`);
  assert.equal(said[0].body, '又打了一次', 'the rest stays as it was');
});

test('a task is added in one line and ticked off', { everywhere: true }, async ({ open, api }) => {
  const subject = unique('寄样品');
  const app = await open();
  const { page } = app;
  await app.goto('/tasks');
  await page.locator('#quick-task').fill(subject);
  await page.keyboard.press('Enter');
  const task = page.locator('.task', { hasText: subject });
  await task.waitFor();
  await task.getByRole('checkbox').click();
  await app.toast(subject).hover();
  await eventually(async () => {
    const [stored] = await api.list(`/tasks?q=${subject}`);
    assert.equal(stored.status, 'done');
    assert.ok(stored.done_at);
  });
  await page.locator('.task:not(.done)', { hasText: subject }).waitFor({ state: 'detached' });
  await app.toast(subject).getByRole('button', { name: '撤销' }).click();
  await page.locator('.task:not(.done)', { hasText: subject }).waitFor();
});

test('the palette finds a record by pinyin and opens it', async ({ open, api }) => {
  const { name, initials } = chineseName();
  const { id } = await api.make('customers', { name });
  const app = await open();
  const { page } = app;
  await app.goto('/');
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox').fill(initials);
  await page.getByRole('option', { name }).click();
  await page.getByRole('heading', { name }).waitFor();
  assert.equal(new URL(page.url()).pathname, `/customers/${id}`);
});
