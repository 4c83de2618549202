// The whole product under a prefix of another host's (`https://host/crm`), behind the proxies that people have.
import { PASSWORD } from '../kit/people.mjs';
import { proxies, Proxy } from '../kit/proxy.mjs';
import { owner, Server } from '../kit/server.mjs';
import { assert, test, unique } from '../kit/test.mjs';

async function behind(name, run) {
  const proxy = await Proxy.of(name);
  const server = await Server.start('sqlite', { environment: { GUANXI_PUBLIC_URL: proxy.url } });
  try {
    await proxy.start(server.url);
    await run(proxy.url, server);
  } finally {
    // What pages still ask is not answered any more.
    server.stopping = true;
    await proxy.stop();
    await server.stop();
  }
}

const path = (page) => new URL(page.url()).pathname;

for (const name of proxies) {
  test(`under a prefix behind ${name} one signs in, follows links, writes and reloads`, async ({ open }) => {
    await behind(name, async (url, server) => {
      const api = await server.signIn();
      const customer = await api.make('customers', { name: unique('前缀'), phone: '021-5550101' });
      const app = await open({ who: null, server, expected: [401] });
      const { page } = app;
      await page.goto(url);
      await page.getByLabel('邮箱').fill(owner.email);
      await page.getByLabel('密码').fill(owner.password);
      await page.keyboard.press('Enter');
      await page.locator('.shell').waitFor();
      app.signedIn = true;
      assert.equal(path(page), '/crm/');

      // Links lead there for who opens them in another tab as well, and the parts of the app are fetched from there.
      const link = page.getByRole('navigation').getByRole('link', { name: '客户', exact: true }).first();
      assert.equal(await link.getAttribute('href'), '/crm/customers');
      await link.click();
      await app.row(customer.name).waitFor();
      assert.equal(path(page), '/crm/customers');
      await page.goto(`${url}/customers/${customer.id}`);
      await app.settled();
      const written = page.waitForResponse((answer) => answer.request().method() === 'PATCH' && answer.status() === 200);
      await app.edit('电话', '021-5550202');
      await written;
      await page.reload();
      await page.getByText('021-5550202').first().waitFor();
      assert.equal(path(page), `/crm/customers/${customer.id}`);
      await page.getByRole('link', { name: '任务', exact: true }).first().click();
      await page.getByRole('heading', { name: '任务', exact: true }).waitFor();
      await page.goBack();
      await page.getByText('021-5550202').first().waitFor();
      const outside = await page.evaluate(() => performance.getEntriesByType('resource').map((entry) => new URL(entry.name).pathname).filter((path) => !path.startsWith('/crm/')));
      assert.deepEqual(outside, []);

      await page.getByRole('button', { name: '账号' }).click();
      await page.getByRole('button', { name: '退出登录' }).click();
      await page.getByLabel('密码').waitFor();
      assert.equal(path(page), '/crm/');
    });
  });

  test(`under a prefix behind ${name} versions hold, and documentation and invitations lead there`, async ({ open }) => {
    await behind(name, async (url, server) => {
      const api = await server.signIn();
      const made = await api.make('customers', { name: unique('版本'), description: '关系'.repeat(500) });
      const at = `${url}/api/v1/customers/${made.id}`;
      const headers = { Authorization: `Bearer ${api.token}`, 'Accept-Encoding': 'gzip' };
      const read = await fetch(at, { headers });
      assert.equal(read.headers.get('content-encoding'), 'gzip');
      const etag = read.headers.get('etag');
      assert.match(etag, /1/);
      assert.equal((await fetch(at, { headers: { ...headers, 'If-None-Match': etag } })).status, 304);
      const patch = (version) => fetch(at, { method: 'PATCH', headers: { ...headers, 'Content-Type': 'application/json', 'If-Match': version }, body: '{"phone":"021-5550303"}' });
      assert.equal((await patch(etag)).status, 200);
      const stale = await patch(etag);
      assert.equal(stale.status, 412);
      const { type } = await stale.json();
      assert.match(type, /^\/crm\/docs\/errors#/);

      const app = await open({ who: null, server, expected: [401, 404] });
      const { page } = app;
      await page.goto(new URL(type, url).href);
      await page.locator('#stale').waitFor();
      await page.goto(`${url}/docs/guide`);
      await page.getByRole('link', { name: 'English' }).waitFor();
      await page.goto(`${url}/docs/`);
      await page.getByText('Guanxi API').first().waitFor();

      const guest = await api.make('users', { name: unique('新同事'), email: `${unique('p')}@example.com`, roles: ['sales'] });
      const invitation = await api.call('POST', `/users/${guest.id}/invite`, {});
      assert.ok(invitation.url.startsWith(`${url}/`), invitation.url);
      await page.goto(invitation.url);
      await page.getByLabel('新密码', { exact: true }).fill(PASSWORD);
      await page.keyboard.press('Enter');
      await page.locator('.shell').waitFor();
      app.signedIn = true;
      assert.equal(path(page), '/crm/');
    });
  });
}
