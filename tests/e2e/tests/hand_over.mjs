// Somebody leaves: what they had goes to a colleague, who sees it; they are out, and the log of the job tells it.
import { PHONE } from '../kit/app.mjs';
import { colleague } from '../kit/people.mjs';
import { Server } from '../kit/server.mjs';
import { assert, eventually, test, unique } from '../kit/test.mjs';

test('a leaver hands over customers, tasks and a team, and cannot sign in any more', { everywhere: true }, async ({ open, api }) => {
  const [leaver, heir] = [await colleague(api), await colleague(api)];
  const names = [unique('客户'), unique('客户')];
  for (const name of names) await api.make('customers', { name, owner_id: leaver.id });
  await api.make('tasks', { subject: '回访', owner_id: leaver.id });
  const team = await api.make('teams', { name: unique('华南组'), manager_id: leaver.id });
  const theirs = await open({ who: leaver, expected: [401] });
  await theirs.goto('/customers');
  await theirs.row(names[0]).waitFor();

  const app = await open({ expected: [422] });
  const { page } = app;
  await app.goto(`/settings/users?open=${leaver.id}`);
  const panel = page.locator('.panel .sign-in-of');
  await panel.getByRole('button', { name: '交接' }).click();
  const dialog = app.dialog(`交接“${leaver.name}”名下的记录`);
  for (const said of ['客户 2', '任务 1', '团队 1']) await dialog.getByRole('listitem').filter({ hasText: said }).waitFor();
  await dialog.getByRole('button', { name: '开始交接' }).click();
  await dialog.locator('.field-error').getByText('请选择接收人').waitFor();
  await dialog.getByLabel('接收人').fill(leaver.name);
  await dialog.getByRole('option', { name: leaver.name }).click();
  await dialog.getByRole('button', { name: '开始交接' }).click();
  await dialog.locator('.field-error').getByText('不能交接给本人').waitFor();
  await dialog.getByLabel('接收人').fill(heir.name);
  await dialog.getByRole('option', { name: heir.name }).click();
  await dialog.getByRole('button', { name: '开始交接' }).click();
  await dialog.getByText('已交接：团队 1、客户 2、任务 1').waitFor();
  await dialog.locator('.dialog-foot').getByRole('button', { name: '关闭' }).click();
  await panel.getByText('已停用').waitFor();
  assert.equal((await api.get(`/teams/${team.id}`)).manager_id, heir.id);

  await theirs.page.reload();
  await theirs.page.getByLabel('邮箱').waitFor();
  const receiver = await open({ who: heir });
  await receiver.goto('/customers');
  for (const name of names) await receiver.row(name).waitFor();

  // Nothing is left, and nobody new may be given to them.
  await panel.getByRole('button', { name: '交接' }).click();
  await dialog.getByText('名下没有记录').waitFor();
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
});

test('single kinds go to others, unfolded on demand, on a phone by the keyboard', async ({ open, api }) => {
  const [leaver, heir, other] = [await colleague(api, { name: unique('离职') }), await colleague(api, { name: unique('甲') }), await colleague(api, { name: unique('乙') })];
  const customer = await api.make('customers', { name: unique('客户'), owner_id: leaver.id });
  const task = await api.make('tasks', { subject: '回访', owner_id: leaver.id });
  const app = await open({ viewport: PHONE, expected: [422] });
  const { page } = app;
  await app.goto(`/settings/users?open=${leaver.id}`);
  await page.locator('.panel .sign-in-of').getByRole('button', { name: '交接' }).click();
  const dialog = app.dialog(`交接“${leaver.name}”名下的记录`);
  const choose = async (label, name) => {
    const box = dialog.getByLabel(label, { exact: true });
    await box.fill(name);
    // Enter takes the first of those found; until the search is over others stand there.
    await dialog.locator('.options > [role=option]:only-child', { hasText: name }).waitFor();
    await box.press('Enter');
    assert.equal(await box.inputValue(), name);
  };
  await choose('接收人', heir.name);
  const tasks = dialog.getByLabel('任务 1');
  await tasks.waitFor({ state: 'attached' });
  assert.equal(await tasks.isVisible(), false);
  const fold = dialog.locator('summary', { hasText: '按类型分别指定接收人' });
  await fold.focus();
  await page.keyboard.press('Enter');
  await tasks.waitFor();
  // Only kinds of which there is something.
  assert.equal(await dialog.locator('.by-kind .form-field').count(), 2);
  await choose('任务 1', leaver.name);
  await fold.click();
  await dialog.getByRole('button', { name: '开始交接' }).click();
  // The fold opens again, since what is wrong stands in it.
  await dialog.locator('.by-kind .form-field', { hasText: '任务' }).getByText('不能交接给本人').waitFor();
  assert.equal(await dialog.getByText('不能交接给本人').count(), 1);
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth));
  await choose('任务 1', other.name);
  await dialog.getByRole('button', { name: '开始交接' }).click();
  await dialog.getByText('已交接：客户 1、任务 1').waitFor();
  assert.equal((await api.get(`/customers/${customer.id}`)).owner_id, heir.id);
  assert.equal((await api.get(`/tasks/${task.id}`)).owner_id, other.id);
});

test('a hand-over under way is shown again when one comes back, and can be stopped', async ({ open, server: usual }) => {
  const server = await Server.start(usual.engine);
  try {
    const api = await server.signIn();
    const [leaver, heir] = [await colleague(api), await colleague(api)];
    for (let n = 0; n < 3; n += 1) await api.make('customers', { name: unique('客户'), owner_id: leaver.id });
    const app = await open({ server });
    const { page } = app;
    await app.goto(`/settings/users?open=${leaver.id}`);
    await page.locator('.panel .sign-in-of').waitFor();
    // All jobs wait in one queue: behind a long trial run it is still to be stopped, however long the browser takes.
    const trial = await longTrial(api);
    const job = await api.call('POST', `/users/${leaver.id}/hand-over`, { to: heir.id });
    await page.locator('.panel .sign-in-of').getByRole('button', { name: '交接' }).click();
    const dialog = app.dialog(`交接“${leaver.name}”名下的记录`);
    await dialog.getByRole('button', { name: '停止交接' }).click();
    await dialog.getByText('交接已取消').waitFor();
    await eventually(async () => assert.equal((await api.get(`/jobs/${job.id}`)).status, 'cancelled'));
    await api.call('POST', `/imports/${trial.id}/cancel`);
    // The queue goes on, and passes over what was stopped.
    const other = await colleague(api);
    const next = await api.call('POST', `/users/${other.id}/hand-over`, { to: heir.id });
    await eventually(async () => assert.equal((await api.get(`/jobs/${next.id}`)).status, 'done'));
    const left = await api.get(`/customers?limit=1&count=exact&filter[owner_id]=${leaver.id}`);
    assert.equal(left.page.count, 3);
  } finally {
    await server.stop();
  }
});

/** A trial import that keeps the queue busy until it is cancelled. */
async function longTrial(api) {
  const form = new FormData();
  form.set('kind', 'customers');
  form.set('dry_run', 'true');
  form.set('file', new Blob([`name\n${Array.from({ length: 500_000 }, (_, n) => `甲${n}\n`).join('')}`]), 'long.csv');
  return api.call('POST', '/imports', form);
}
