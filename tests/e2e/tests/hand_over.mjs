// Somebody leaves: what they had goes to a colleague, who sees it; they are out, and the log of the job tells it.
import { colleague } from '../kit/people.mjs';
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
  for (const said of ['客户 2', '任务 1', '团队 1']) await dialog.getByText(said).waitFor();
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

test('a hand-over under way is shown again when one comes back, and can be stopped', async ({ open, api }) => {
  const [leaver, heir] = [await colleague(api), await colleague(api)];
  const operations = Array.from({ length: 100 }, (_, n) => ({ method: 'create', body: { name: `甲${n}`, owner_id: leaver.id } }));
  for (let n = 0; n < 40; n += 1) await api.call('POST', '/customers/batch', { operations });
  const app = await open({ expected: [409] });
  const { page } = app;
  await app.goto(`/settings/users?open=${leaver.id}`);
  await page.locator('.panel .sign-in-of').waitFor();
  const job = await api.call('POST', `/users/${leaver.id}/hand-over`, { to: heir.id });
  await page.locator('.panel .sign-in-of').getByRole('button', { name: '交接' }).click();
  const dialog = app.dialog(`交接“${leaver.name}”名下的记录`);
  await dialog.getByRole('button', { name: '停止交接' }).click();
  await dialog.getByText('交接已取消').waitFor();
  await eventually(async () => assert.equal((await api.get(`/jobs/${job.id}`)).status, 'cancelled'));
  const left = await api.get(`/customers?limit=1&count=exact&filter[owner_id]=${leaver.id}`);
  assert.ok(left.page.count > 0 && left.page.count <= 4000);
});
