// Somebody gives themselves a picture, colleagues see it where they are shown, and it can be taken off again.
import { PHONE } from '../kit/app.mjs';
import { colleague } from '../kit/people.mjs';
import { png } from '../kit/png.mjs';
import { assert, eventually, test, unique } from '../kit/test.mjs';

const file = (name, mimeType, buffer) => ({ name, mimeType, buffer });
const RED = [200, 40, 40];

/** The colour in the middle of a picture that is shown. */
const colour = (image) =>
  image.evaluate(async (node) => {
    await node.decode();
    const context = Object.assign(document.createElement('canvas'), { width: 1, height: 1 }).getContext('2d');
    context.drawImage(node, node.naturalWidth / 2, node.naturalHeight / 2, 1, 1, 0, 0, 1, 1);
    return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3);
  });
const about = (found, wanted) => assert.ok(found.every((c, i) => Math.abs(c - wanted[i]) < 16), `${found} is not ${wanted}`);

test('a picture is chosen, looked at and used, seen by others, and taken off', { everywhere: true }, async ({ open, api }) => {
  const who = await colleague(api);
  const app = await open({ who, expected: [415] });
  const { page } = app;
  await app.goto('/settings');
  const box = page.locator('.box', { has: page.getByRole('heading', { name: '头像' }) });
  const input = page.locator('#picture-file');
  const use = page.getByRole('button', { name: '使用此图片' });

  await input.setInputFiles(file('large.png', 'image/png', Buffer.alloc((10 << 20) + 1)));
  await box.getByText('图片文件过大，最大 10 MB').waitFor();
  await input.setInputFiles(file('drawn.png', 'image/png', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')));
  await use.click();
  await box.getByText('请选择 PNG、JPEG 或 WebP 格式的图片').waitFor();
  await box.getByRole('button', { name: '取消' }).click();
  await app.settled();
  assert.equal(await page.locator('.top .avatar img').count(), 0);
  assert.equal((await api.get(`/users/${who.id}`)).avatar, null);

  await input.setInputFiles(file('me.png', 'image/png', png(320, 200, RED)));
  about(await colour(box.getByAltText('所选图片预览')), RED);
  await eventually(async () => assert.equal(await page.evaluate(() => document.activeElement.id), 'picture-use'));
  await page.keyboard.press('Enter');
  await app.toast('已保存').waitFor();
  // Square by now, and here without a reload.
  const face = page.locator('.top .avatar img');
  about(await colour(face), RED);
  assert.deepEqual(await face.evaluate((n) => [n.naturalWidth, n.naturalHeight]), [200, 200]);
  await eventually(async () => assert.equal(await page.evaluate(() => document.activeElement.id), 'picture-file'));

  // A colleague sees it: in the list of users, on the user's page and in its history, and on what they own.
  const names = [unique('客户'), unique('客户')];
  for (const name of names) await api.make('customers', { name, owner_id: who.id });
  const theirs = await open();
  const asked = [];
  theirs.page.on('request', (request) => asked.push(decodeURIComponent(new URL(request.url()).pathname + new URL(request.url()).search)));
  await theirs.goto(`/settings/users?open=${who.id}`);
  about(await colour(theirs.page.locator('.panel .record-title .avatar img')), RED);
  about(await colour(theirs.row(who.name).locator('.avatar img')), RED);
  await theirs.page.locator('.panel').getByRole('tab', { name: '历史' }).click();
  await theirs.page.locator('.panel .event', { hasText: '头像：已更换' }).locator('.avatar img').waitFor();
  assert.equal(asked.filter((path) => path === `/api/v1/users/${who.id}/avatar`).length, 1, 'fetched once for all places');
  await theirs.goto('/customers');
  for (const name of names) about(await colour(theirs.row(name).locator('.avatar img')), RED);
  assert.equal(asked.filter((path) => path === `/api/v1/users/${who.id}/avatar`).length, 2);
  const questions = asked.filter((path) => path.includes('filter[avatar][is_null]'));
  assert.ok(questions.length <= 4, `whose pictures there are is asked once a screen: ${questions.join('\n')}`);

  await box.getByRole('button', { name: '移除头像' }).click();
  await face.waitFor({ state: 'detached' });
  await app.settled();
  assert.equal((await api.get(`/users/${who.id}`)).avatar, null);
  // What was typed before is saved on the version that the picture made.
  await page.getByLabel('职务').fill('销售');
  await page.getByRole('button', { name: '保存' }).click();
  await eventually(async () => assert.equal((await api.get(`/users/${who.id}`)).title, '销售'));
});

test('a picture can be set on a phone, in English', async ({ open, api }) => {
  const who = await colleague(api, { locale: 'en' });
  const app = await open({ who, locale: 'en', viewport: PHONE, theme: 'dark' });
  await app.goto('/settings');
  await app.page.locator('#picture-file').setInputFiles(file('me.png', 'image/png', png(64, 64, RED)));
  await app.page.getByAltText('The chosen picture').waitFor();
  assert.ok(await app.page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth));
  await app.page.getByRole('button', { name: 'Use this picture' }).click();
  await app.page.getByRole('button', { name: 'Remove' }).waitFor();
  about(await colour(app.page.locator('.picture-face img')), RED);
});

test('an administrator takes a picture off, and it is gone at once where it is shown', async ({ open, api }) => {
  const who = await colleague(api);
  const theirs = await open({ who });
  await theirs.goto('/settings');
  await theirs.page.locator('#picture-file').setInputFiles(file('me.png', 'image/png', png(64, 64, RED)));
  await theirs.page.getByRole('button', { name: '使用此图片' }).click();
  await theirs.toast('已保存').waitFor();

  const app = await open();
  const { page } = app;
  await app.goto(`/settings/users?open=${who.id}`);
  const panel = page.locator('.panel');
  const face = panel.locator('.record-title .avatar img');
  about(await colour(face), RED);
  // Another one set meanwhile is seen when the user is looked at again.
  const blue = [40, 40, 200];
  await theirs.page.locator('#picture-file').setInputFiles(file('me.png', 'image/png', png(64, 64, blue)));
  await theirs.page.getByRole('button', { name: '使用此图片' }).click();
  await eventually(async () => about(await colour(theirs.page.locator('.picture-face .avatar img')), blue));
  await panel.getByRole('button', { name: '关闭' }).click();
  await app.row(who.name).click();
  await eventually(async () => about(await colour(face), blue));

  await panel.getByRole('button', { name: '移除头像' }).click();
  await app.dialog(`移除“${who.name}”的头像？`).getByRole('button', { name: '移除头像' }).click();
  await face.waitFor({ state: 'detached' });
  await app.row(who.name).locator('.avatar img').waitFor({ state: 'detached' });
  assert.equal((await api.get(`/users/${who.id}`)).avatar, null);
});
