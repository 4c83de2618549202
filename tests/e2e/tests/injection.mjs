// Hostile names stored through the API are shown as text, and the policy that would stop a script is sent.
import { makeScene, SCREENS, show } from '../kit/screens.mjs';
import { assert, test, unique } from '../kit/test.mjs';

const CORPUS = [
  '<img src=x onerror=alert(1)>',
  '"><script>alert(2)</script>',
  "'-alert(3)-'",
  '<svg/onload=alert(4)>',
  '{{constructor.constructor("alert(5)")()}}',
  '</textarea><iframe srcdoc="<script>top.alert(6)</script>">',
  'javascript:alert(7)',
];

for (const hostile of CORPUS) {
  test(`${hostile} is text on every screen that shows it`, async ({ open, api }) => {
    const mark = unique('x');
    const scene = await makeScene(api, (text) => `${hostile}${text.slice(0, 1)}${mark}`.slice(0, 100));
    const app = await open();
    const { page } = app;
    let shown = 0;
    for (const screen of SCREENS.filter(({ name }) => ['lead-convert', 'customer', 'board-panel', 'opportunity', 'opportunity-lose', 'customers-panel'].includes(name))) {
      await show(app, screen, scene);
      const found = await page.evaluate((text) => ({
        text: document.body.innerText.includes(text),
        elements: document.querySelectorAll('img[onerror], svg[onload], iframe, body script, a[href^="javascript:" i]').length,
      }), hostile);
      assert.equal(found.elements, 0, `${screen.name} made elements of it`);
      shown += found.text ? 1 : 0;
    }
    assert.ok(shown >= 5, `shown as it is on ${shown} screens`);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+k');
    await page.locator('#palette-q').fill(mark);
    await page.getByRole('option').filter({ hasText: hostile }).first().waitFor();
  });
}

test('a web address with a script in it is refused', async ({ api }) => {
  for (const website of ['javascript:alert(1)', 'JaVaScRiPt:alert(1)', 'data:text/html,<script>alert(1)</script>']) {
    await assert.rejects(api.make('customers', { name: unique('网址'), website }), { status: 422 });
  }
});

test('the policy allows no inline script, and nobody may frame the app', async ({ server }) => {
  const { headers } = await fetch(`${server.url}/customers`);
  const policy = headers.get('content-security-policy');
  assert.match(policy, /script-src 'self' 'wasm-unsafe-eval'(;|$)/);
  assert.match(policy, /style-src 'self'(;|$)/);
  assert.match(policy, /frame-ancestors 'none'/);
  assert.doesNotMatch(policy, /unsafe-inline/);
  assert.equal(headers.get('x-content-type-options'), 'nosniff');
  assert.ok(headers.get('referrer-policy'));
});
