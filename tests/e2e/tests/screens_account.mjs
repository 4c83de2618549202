// Screens of signing in that need a second factor to get to: in both languages and themes, wide and narrow, as the others.
import { PHONE, still, WIDE } from '../kit/app.mjs';
import { collectData, sideways, untranslated, violations } from '../kit/inspect.mjs';
import { colleague } from '../kit/people.mjs';
import { assert, test } from '../kit/test.mjs';
import { totp } from '../kit/totp.mjs';

/** What is wrong with the page as it stands, at either width and in either theme. */
async function wrongs(page, locale, data) {
  await still(page);
  const found = await untranslated(page, locale, data);
  for (const viewport of [PHONE, WIDE]) {
    await page.setViewportSize(viewport);
    await still(page);
    found.push(...(await sideways(page)));
    for (const colorScheme of ['dark', 'light']) {
      await page.emulateMedia({ colorScheme });
      found.push(...(await violations(page)));
    }
  }
  return found.map((what) => `${locale}: ${what}`);
}

for (const locale of ['zh-CN', 'en']) {
  test(`account screens in ${locale}: recovery codes, the second step, taking it off, a dead link`, async ({ open, api }) => {
    const person = await colleague(api, { name: '林晓', locale });
    const app = await open({ who: person, locale });
    const { page } = app;
    const data = collectData(app);
    await app.goto('/settings');
    const box = page.locator('.second-factor');
    await box.locator('.form-foot button').click();
    const secret = await box.locator('#factor-key').inputValue();
    // It gets the keyboard with the next frame, which may come in the middle of filling another box.
    await page.waitForFunction(() => document.activeElement?.id === 'factor-code');
    await box.locator('#factor-code').fill(totp(secret));
    await box.locator('#factor-password').fill(person.password);
    await page.keyboard.press('Enter');
    await box.locator('.codes').waitFor();
    assert.deepEqual(await wrongs(page, locale, data), []);
    await box.locator('.btn.primary').click();
    await box.locator('.form-foot button').click();
    await box.locator('#factor-password').waitFor();
    assert.deepEqual(await wrongs(page, locale, data), []);

    const { page: gate } = await open({ who: null, locale, expected: [401, 409] });
    await gate.goto('/');
    await gate.locator('#email').fill(person.email);
    await gate.locator('#password').fill(person.password);
    await gate.keyboard.press('Enter');
    await gate.locator('#code').waitFor();
    assert.deepEqual(await wrongs(gate, locale, []), []);
    await gate.locator('.gate-ways button').first().click();
    await gate.locator('#code[inputmode=text]').fill('nonsense');
    await gate.keyboard.press('Enter');
    await gate.locator('.form-error').waitFor();
    assert.deepEqual(await wrongs(gate, locale, []), []);
    await gate.goto('/welcome?token=made-up');
    await gate.locator('#password').fill('a-long-enough-phrase');
    await gate.keyboard.press('Enter');
    await gate.locator('a.btn.large').waitFor();
    assert.deepEqual(await wrongs(gate, locale, []), []);
  });

  test(`account screens in ${locale}: an API key is shown, rotated, renamed, revoked`, async ({ open, api }) => {
    const person = await colleague(api, { name: '林晓', locale });
    const app = await open({ who: person, locale });
    const { page } = app;
    const data = collectData(app);
    await app.goto('/settings/api-keys');
    assert.deepEqual(await wrongs(page, locale, data), []);
    await page.locator('.empty .btn.primary').click();
    await page.locator('#key-name').fill('官网表单');
    data.add('官网表单');
    await page.locator('.scopes input').first().check();
    for (const choice of ['day', 'never']) {
      await page.locator('#key-expiry').selectOption(choice);
      assert.deepEqual(await wrongs(page, locale, data), []);
    }
    await page.locator('dialog .btn.primary').click();
    await page.locator('#api-key').waitFor();
    assert.deepEqual(await wrongs(page, locale, data), []);
    await page.locator('dialog .btn.primary').click();
    for (const act of [0, 1, 2]) {
      await page.locator('.key-acts .btn').nth(act).click();
      await page.locator('dialog[open]').waitFor();
      assert.deepEqual(await wrongs(page, locale, data), []);
      await page.keyboard.press('Escape');
    }
  });
}
