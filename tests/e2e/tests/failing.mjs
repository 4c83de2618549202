// What does not load or goes wrong says so: it never looks like nothing to do, or like success.
import { colleague } from '../kit/people.mjs';
import { test, unique } from '../kit/test.mjs';

const broken = (route) => route.fulfill({ status: 503, contentType: 'application/problem+json', body: '{"status":503,"code":"unavailable"}' });

test('tasks that did not load are not called done', async ({ open }) => {
  const app = await open({ expected: [503] });
  const { page } = app;
  await page.route('**/api/v1/tasks?**', broken);
  await app.goto('/');
  const tile = page.locator('.tile', { hasText: '接下来的任务' });
  await tile.getByText('加载失败').waitFor();
  await page.unroute('**/api/v1/tasks?**');
  await tile.getByRole('button', { name: '重试' }).click();
  await tile.getByText('加载失败').waitFor({ state: 'detached' });
});

test('members of a team that did not load can be asked for again', async ({ open, api }) => {
  const team = await api.make('teams', { name: unique('组') });
  const person = await colleague(api, { team_id: team.id });
  const app = await open({ expected: [503] });
  const { page } = app;
  await page.route('**/api/v1/team-members?**', broken);
  await app.goto(`/settings/teams?open=${team.id}`);
  const members = page.locator('.belonging');
  await members.getByText('加载失败').waitFor();
  await page.unroute('**/api/v1/team-members?**');
  await members.getByRole('button', { name: '重试' }).click();
  await members.getByText(person.name).waitFor();
});

test('an import is watched on after a moment without an answer', async ({ open }) => {
  const app = await open({ expected: [503] });
  const { page } = app;
  let asked = 0;
  await page.route('**/api/v1/imports/*', (route) => {
    asked += 1;
    return asked === 1 ? broken(route) : route.fallback();
  });
  await app.goto('/import?kind=customers');
  await page.locator('input[type=file]').setInputFiles({ name: 'a.csv', mimeType: 'text/csv', buffer: Buffer.from(`客户名称\n${unique('导入')}\n`) });
  await page.getByRole('button', { name: '读取文件' }).click();
  await page.locator('.steps .current', { hasText: '2' }).waitFor();
});

test('a hand-over stopped before anything moved does not say that there was nothing', async ({ open, api }) => {
  const leaver = await colleague(api);
  await api.make('customers', { name: unique('留下'), owner_id: leaver.id });
  const app = await open();
  const { page } = app;
  await page.route('**/api/v1/jobs?**', (route) => route.fulfill({ json: { data: [{ id: '01990000-0000-7000-8000-000000000001', version: 1 }], page: { next_cursor: null, has_more: false } } }));
  await page.route('**/api/v1/jobs/*', (route) => route.fulfill({ json: { id: '01990000-0000-7000-8000-000000000001', status: 'cancelled', progress: { done: 0, total: 1, moved: {} } } }));
  await app.goto(`/settings/users?open=${leaver.id}`);
  await page.locator('.sign-in-of').getByRole('button', { name: '交接' }).click();
  const dialog = app.dialog(`交接“${leaver.name}”名下的记录`);
  await dialog.getByText('交接已取消').waitFor();
  if (await dialog.getByText('名下没有记录').count()) throw new Error('there is one');
});
