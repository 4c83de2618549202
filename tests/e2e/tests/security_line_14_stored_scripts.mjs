// SECURITY.md line 14: what is stored is shown as text on every screen and never runs; and the policy that would stop a
// script is sent.
import { makeScene, SCREENS, show } from '../kit/screens.mjs';
import { Server } from '../kit/server.mjs';
import { assert, test, unique } from '../kit/test.mjs';

/** Together in one text, of ninety characters at most; none may swallow the one behind it. */
const CORPUS = {
  'script tags': ['<script>alert(1)</script>', '"><script>alert(2)</script>'],
  'event handlers': ['<img src=x onerror=alert(3)>', '<details open ontoggle=alert(4)>'],
  SVG: ['<svg/onload=alert(5)>', '<svg><a xlink:href="javascript:alert(6)"><text>x</text></a></svg>'],
  'javascript: and data: links': ['javascript:alert(7)', 'data:text/html,<script>alert(8)</script>'],
  'markup with links': ['<a href="javascript:alert(9)">x</a>', '[x](javascript:alert(10))'],
  'text like templates': ['{{constructor.constructor("alert(11)")()}}', '${alert(12)}', "'-alert(13)-'"],
  'styles and bases': ['<style>*{background:url(//evil.example)}</style>', '<base href=//evil.example>'],
  frames: ['</textarea><iframe srcdoc="<script>top.alert(14)</script>">'],
  'text escaped before': ['&lt;script&gt;alert(15)&lt;/script&gt;', '<math href=javascript:alert(16)>'],
};

/** Screens that show records or settings: of a text stored there something must be read on each. */
const SHOWN = [
  'home', 'tasks', 'leads', 'lead', 'lead-convert', 'customers', 'customers-panel', 'customers-filter', 'customers-transfer', 'customers-bulk-delete', 'customers-new',
  'customer', 'customer-contacts', 'customer-tasks', 'customer-history', 'customer-share', 'customer-who-sees', 'contacts', 'contact', 'board', 'board-panel',
  'opportunities', 'opportunity', 'opportunity-lose', 'products', 'product', 'bin', 'user-menu',
  'settings', 'settings-api-keys', 'settings-api-keys-rotate', 'settings-users', 'settings-users-new', 'settings-user', 'settings-user-link', 'settings-user-disable',
  'settings-user-hand-over', 'settings-teams', 'settings-team', 'settings-roles', 'settings-roles-new', 'settings-role', 'settings-role-copy', 'settings-role-delete',
  'settings-audit', 'settings-pipelines', 'settings-picklists', 'settings-holidays', 'settings-company',
];

/** Runs before any script of the page, in every frame: notes what ran, and what the policy stopped. */
function trap() {
  window.caught = [];
  for (const name of ['alert', 'confirm', 'prompt', 'print', 'open']) window[name] = (...said) => window.top.caught.push(`${name}(${said})`);
  document.addEventListener('securitypolicyviolation', (event) => window.caught.push(`${event.violatedDirective}: ${event.blockedURI} ${event.sample}`));
}

/** What was made of stored text that is more than text. */
function made(page) {
  return page.evaluate(() => {
    const links = ['href', 'src', 'action', 'formaction', 'xlink:href', 'data', 'poster'];
    const followed = (element, url) => (element.localName === 'a' ? /^(https?|mailto|tel):/ : /^(https?|blob):/).test(url);
    const wrong = [...document.querySelectorAll('*')].filter((element) => {
      if (element.matches('body :is(script, style), iframe, object, embed, base, math')) return true;
      return [...element.attributes].some(({ name, value }) => name.startsWith('on') || name === 'srcdoc' || (links.includes(name) && !followed(element, new URL(value, location.href).href)));
    });
    return [...window.caught, ...wrong.map((element) => element.outerHTML.slice(0, 160))];
  });
}

/** All that can be read: texts, and what stands in boxes. */
const read = (page) => page.evaluate(() => [document.body.innerText, ...[...document.querySelectorAll('input, textarea')].map((box) => box.value)].join('\n'));

/** Makes a record with whichever of the hostile fields the server takes. */
async function makeWith(api, plural, fields, hostile) {
  const taken = { ...fields };
  for (const [name, value] of Object.entries(hostile)) {
    const id = await api.make(plural, { ...fields, [name]: value }).then((made) => made.id, (error) => {
      assert.equal(error.status, 422, `${name} of ${plural}`);
    });
    if (id) taken[name] = value;
  }
  return api.make(plural, taken);
}

/** A server of its own whose records and settings hold the texts wherever they are taken, and the app that shows them. */
async function hostile({ open, server: usual }, texts, run) {
  const server = await Server.start(usual.engine);
  try {
    const api = await server.signIn();
    const mark = unique('x');
    const name = () => `${texts.join(' ')} ${mark}`;
    assert.ok(name().length <= 100, `${name()} is too long for a name`);
    const scene = await makeScene(api, name);
    await api.change('customers', scene.customer.id, { tags: texts.map((text) => text.slice(0, 40)), address: name(), description: name() });
    const reach = { email: `"${texts[0]}"@example.com`, website: `https://example.com/?q=${texts[0]}`, phone: texts[0].slice(0, 40), industry: name() };
    const reached = await makeWith(api, 'customers', { name: name() }, reach);
    await api.make('activities', { kind: 'note', subject: name(), body: name(), outcome: name(), next_step: name(), customer_id: scene.customer.id });
    for (const list of await api.list('/picklists?limit=200')) await api.change('picklists', list.id, { name: `${list.name} ${texts[0]}`, options: [...list.options, { value: name() }] });
    await api.call('PATCH', '/auth/me', { name: name() }, { 'If-Match': '*' });
    await api.call('PATCH', '/workspace', { name: name() }, { 'If-Match': '*' });

    const app = await open({ server, expected: [404] });
    const { page } = app;
    await app.context.addInitScript(trap);
    await app.goto('/');
    // As links lead there, without loading the page anew: what was caught stays, and it is quicker.
    app.goto = async (path) => {
      for (const step of ['/nowhere', path]) {
        await page.evaluate((to) => {
          history.pushState(null, '', to);
          dispatchEvent(new PopStateEvent('popstate'));
        }, step);
      }
      await app.settled();
    };
    const look = async (where) => assert.deepEqual(await made(page), [], where);
    const screens = async (chosen) => {
      for (const screen of SCREENS.filter(({ name }) => chosen(name))) {
        await show(app, screen, scene).catch((error) => assert.fail(`${screen.name}: ${error.message}`));
        await look(screen.name);
        assert.ok((await read(page)).includes(texts.join(' ').slice(0, 60)), `${screen.name} does not show it`);
        if (screen.name === 'user-menu') await page.keyboard.press('Escape');
        // What is shown once stays until it is put away.
        const done = page.locator('dialog').getByRole('button', { name: '完成', exact: true });
        if (await done.count()) await done.click();
      }
    };
    await run({ app, page, look, screens, reached, mark, name });
  } finally {
    await server.stop();
  }
}

for (const [kind, texts] of Object.entries(CORPUS)) {
  test(`line 14: stored ${kind} are text in records, lists, boards and dialogs`, (given) => hostile(given, texts, ({ screens }) => screens((name) => SHOWN.includes(name) && !name.startsWith('settings'))));

  test(`line 14: stored ${kind} are text in settings, addresses, files and the search`, (given) => hostile(given, texts, async ({ app, page, look, screens, reached, mark, name }) => {
    await screens((name) => SHOWN.includes(name) && name.startsWith('settings'));
    await app.goto(`/customers/${reached.id}`);
    await look('a customer that can be reached');
    // What an address says is nobody's word either.
    const asked = encodeURIComponent(texts.join(' '));
    for (const path of [`/customers?q=${asked}`, `/customers?filter[name][contains]=${asked}`, `/customers/${asked}`, `/${asked}`, `/settings/audit?request_id=${asked}`]) {
      await app.goto(path);
      await look(path);
    }
    await app.goto('/import?kind=customers');
    const file = ['客户名称', name()].map((text) => `"${text.replaceAll('"', '""')}"`).join(',');
    await page.locator('input[type=file]').setInputFiles({ name: '<img src=x onerror=alert(17)>.csv', mimeType: 'text/csv', buffer: Buffer.from(`${file}\n${file}\n`) });
    await look('a file chosen');
    await page.locator('.form-foot .btn.primary').click();
    await page.locator('table.map').waitFor();
    await look('columns of a file');
    await app.goto('/');
    await page.keyboard.press('Control+k');
    await page.locator('#palette-q').fill(mark);
    await page.getByRole('option').filter({ hasText: texts[0] }).first().waitFor();
    await look('the search');
  }));
}

test('line 14: a web address with a script in it is refused', async ({ api }) => {
  for (const website of ['javascript:alert(1)', 'JaVaScRiPt:alert(1)', 'java\tscript:alert(1)', 'data:text/html,<script>alert(1)</script>', 'vbscript:alert(1)']) {
    await assert.rejects(api.make('customers', { name: unique('网址'), website }), { status: 422 });
  }
});

test('line 14: the policy allows no inline script, and nobody may frame the app', async ({ server }) => {
  const { headers } = await fetch(`${server.url}/customers`);
  const policy = headers.get('content-security-policy');
  assert.match(policy, /script-src 'self' 'wasm-unsafe-eval'(;|$)/);
  assert.match(policy, /style-src 'self'(;|$)/);
  assert.match(policy, /frame-ancestors 'none'/);
  assert.doesNotMatch(policy, /unsafe-inline/);
  assert.equal(headers.get('x-content-type-options'), 'nosniff');
  assert.ok(headers.get('referrer-policy'));
});
