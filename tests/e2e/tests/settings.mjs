// Settings of the firm: currencies and rates, numbers, the calendar, the company itself.
import { Server } from '../kit/server.mjs';
import { assert, eventually, test, unique } from '../kit/test.mjs';

test('a currency is added with its rate, and amounts are given in it', { everywhere: true }, async ({ open, api }) => {
  const app = await open({ expected: [422] });
  const { page } = app;
  await app.goto('/settings/currencies');
  await page.getByRole('button', { name: '添加币种' }).click();
  await app.dialog('添加币种').getByLabel('币种').selectOption('EUR');
  await app.dialog('添加币种').getByRole('button', { name: '添加' }).click();
  const euro = page.getByRole('region', { name: /^EUR/ });
  await euro.getByText('还没有汇率').waitFor();
  await euro.getByRole('button', { name: '添加 EUR 的汇率' }).click();
  const dialog = app.dialog('添加 EUR 的汇率');
  await dialog.getByLabel('折合 CNY').fill('七块八');
  await dialog.getByRole('button', { name: '添加' }).click();
  await dialog.locator('.field-error', { hasText: '汇率应大于 0' }).waitFor();
  // As banks quote it: for a hundred.
  await dialog.getByLabel('外币数量').selectOption('100');
  await dialog.getByLabel('折合 CNY').fill('780.55');
  await dialog.getByRole('button', { name: '添加' }).click();
  await euro.getByText('1 EUR = 7.8055 CNY').waitFor();
  await euro.getByText('当前').waitFor();

  const name = unique('欧元商机');
  await app.goto('/opportunities?new=1');
  const form = app.dialog('新建商机');
  await form.getByLabel('商机名称').fill(name);
  await form.getByLabel('金额').fill('1000');
  await form.getByLabel('币种').selectOption('EUR');
  await form.getByRole('button', { name: '创建商机' }).click();
  await form.waitFor({ state: 'detached' });
  const stored = await eventually(async () => {
    const [found] = await api.list(`/opportunities?filter[name]=${encodeURIComponent(name)}`);
    assert.ok(found);
    return found;
  });
  assert.deepEqual(stored.amount, { amount: '1000.00', currency: 'EUR', rate: '7.8055' });
  await app.goto(`/opportunities/${stored.id}`);
  await app.field('金额').locator('[title*="¥7,805.50"]').waitFor();

  // A newer rate holds for open deals when somebody asks for it.
  const [rate] = await api.list('/exchange-rates?filter[currency]=EUR');
  await api.change('exchange-rates', rate.id, { rate: '8' });
  await app.goto('/settings/currencies');
  await page.getByRole('button', { name: '重新折算' }).click();
  await app.toast(/已重新折算 \d+ 条记录/).waitFor();
  assert.equal((await api.get(`/opportunities/${stored.id}`)).amount.rate, '8');

  await euro.getByRole('button', { name: '停用' }).click();
  await euro.getByRole('button', { name: '启用' }).waitFor();
  await app.goto('/opportunities?new=1');
  const offered = await app.dialog('新建商机').getByLabel('币种').locator('option').allTextContents();
  assert.ok(offered.includes('CNY') && !offered.includes('EUR'), offered.join());
});

test('holidays are entered by year and copied to the next', async ({ open, api }) => {
  const app = await open();
  const { page } = app;
  await app.goto('/settings/holidays?year=2031');
  await page.getByText('2031 年还没有节假日').waitFor();
  for (const [day, name, kind] of [['2031-10-01', '国庆节', '放假'], ['2031-10-11', '国庆调休', '调休上班']]) {
    await page.getByRole('button', { name: '新建节假日' }).click();
    const dialog = app.dialog('新建节假日');
    await dialog.getByLabel('日期').fill(day);
    await dialog.getByLabel('名称').fill(name);
    await dialog.getByLabel('类型').selectOption({ label: kind });
    await dialog.getByRole('button', { name: '创建节假日' }).click();
    await page.locator('.line', { hasText: name }).getByText(kind, { exact: true }).waitFor();
  }
  await page.getByRole('button', { name: '复制到 2032 年' }).click();
  await app.toast('已复制 2 天到 2032 年').waitFor();
  await page.locator('.year-bar', { hasText: '2032' }).waitFor();
  const on = (day) => page.locator('.line', { has: page.locator(`time[datetime="${day}"]`) });
  await on('2032-10-01').waitFor();
  const days = await api.list('/holidays?sort=day&filter[day][between]=2032-01-01,2032-12-31');
  assert.deepEqual(days.map(({ day, kind }) => [day, kind]), [['2032-10-01', 'off'], ['2032-10-11', 'working']]);
  await page.getByRole('button', { name: '移除“国庆节”' }).click();
  await page.locator('.line', { hasText: '国庆节' }).waitFor({ state: 'detached' });
  await page.getByRole('button', { name: '上一年' }).click();
  await on('2031-10-01').waitFor();
  await page.getByRole('link', { name: '导入' }).last().click();
  await page.waitForURL(/\/import\?kind=holidays/);
});

test('numbers follow the pattern, and the next one is shown while typing', { everywhere: true }, async ({ open, api }) => {
  const app = await open({ expected: [400] });
  const { page } = app;
  await app.goto('/settings/numbering');
  const rule = page.getByRole('form', { name: '线索' });
  await rule.getByText(/下一个编号：L-\d{6}-\d{4}/).waitFor();
  await rule.getByLabel('编号格式').fill('XS-');
  await rule.locator('.field-error', { hasText: '编号格式应含且仅含一个流水号' }).waitFor();
  await rule.getByLabel('流水号重置').selectOption({ label: '每天' });
  const mark = unique('x').slice(-4).toUpperCase();
  await rule.getByLabel('编号格式').fill(`${mark}-{0000}`);
  await rule.locator('.field-error', { hasText: '须包含对应的日期' }).waitFor();
  await rule.getByLabel('编号格式').fill(`${mark}{yyyy}{mm}{dd}-{0000}`);
  await rule.getByText(new RegExp(`下一个编号：${mark}\\d{8}-\\d{4}`)).waitFor();
  await rule.getByRole('button', { name: '保存' }).click();
  await app.toast('已保存').waitFor();
  const lead = await api.make('leads', { name: unique('编号') });
  assert.match(lead.number, new RegExp(`^${mark}\\d{8}-\\d{4}$`));
  await app.goto(`/leads/${lead.id}`);
  await app.field('线索编号').getByText(lead.number).waitFor();
  await app.goto(`/leads?q=${lead.number}`);
  await app.row(lead.name).waitFor();
});

test('each currency shows its newest rates, however many another has', async ({ open, api }) => {
  const app = await open();
  const { page } = app;
  await api.make('currencies', { code: 'GBP' });
  await api.make('currencies', { code: 'SGD' });
  await api.make('exchange-rates', { currency: 'SGD', valid_from: '2001-01-01', rate: '5.3' });
  const days = Array.from({ length: 12 }, (_, n) => `2020-01-${String(n + 1).padStart(2, '0')}`);
  for (const day of days) await api.make('exchange-rates', { currency: 'GBP', valid_from: day, rate: '9.1' });
  await app.goto('/settings/currencies');
  const pound = page.getByRole('region', { name: /^GBP/ });
  await page.getByRole('region', { name: /^SGD/ }).getByText('1 SGD = 5.3 CNY').waitFor();
  assert.equal(await pound.locator('.line').count(), 10);
  await pound.getByRole('button', { name: '显示更多' }).click();
  await eventually(async () => assert.equal(await pound.locator('.line').count(), 12));
});

test('what another administrator has changed meanwhile is shown, and what was typed is kept', async ({ open, server: usual }) => {
  const server = await Server.start(usual.engine);
  try {
    const api = await server.signIn();
    const app = await open({ server, expected: [412] });
    const { page } = app;
    const again = '内容刚被修改过，已显示最新内容';
    const save = (within) => within.getByRole('button', { name: '保存' }).click();

    await app.goto('/settings/picklists');
    const [list] = await api.list('/picklists?filter[key]=source');
    const box = page.locator('details', { hasText: list.name });
    await box.locator('summary').click();
    const values = box.getByLabel(`“${list.name}”的选项`);
    await values.fill(`${await values.inputValue()}\n我的新来源`);
    await api.change('picklists', list.id, { options: [...list.options, { value: '别人的新来源' }] });
    await save(box);
    await app.toast(again).waitFor();
    assert.match(await values.inputValue(), /我的新来源\n别人的新来源$/);
    await save(box);
    await app.toast('已保存').waitFor();
    const kept = (await api.get(`/picklists/${list.id}`)).options.filter((o) => !o.retired).map((o) => o.value);
    assert.deepEqual(kept, [...list.options.map((o) => o.value), '我的新来源', '别人的新来源']);

    await app.goto('/settings/numbering');
    const rule = page.getByRole('form', { name: '客户' });
    await rule.getByLabel('编号格式').fill('MY-{00000}');
    const [stored] = await api.list('/numbering-rules?filter[kind]=customer');
    if (stored) {
      await api.change('numbering-rules', stored.id, { pattern: 'THEIRS-{000}' });
      await rule.getByRole('button', { name: /保存|启用/ }).click();
      await app.toast(again).waitFor();
      assert.equal(await rule.getByLabel('编号格式').inputValue(), 'MY-{00000}');
      await rule.getByRole('button', { name: /保存|启用/ }).click();
      await eventually(async () => assert.equal((await api.get(`/numbering-rules/${stored.id}`)).pattern, 'MY-{00000}'));
    }

    await app.goto('/settings/company');
    await page.getByLabel('公司名称').fill('云帆');
    const { version } = await api.get('/workspace');
    await api.call('PATCH', '/workspace', { time_zone: 'Asia/Tokyo' }, { 'If-Match': `"${version}"` });
    await save(page);
    await app.toast(again).waitFor();
    assert.deepEqual([await page.getByLabel('公司名称').inputValue(), await page.getByLabel('时区').inputValue()], ['云帆', 'Asia/Tokyo']);
    await save(page);
    await eventually(async () => {
      const { name, time_zone: zone } = await api.get('/workspace');
      assert.deepEqual([name, zone], ['云帆', 'Asia/Tokyo']);
    });
  } finally {
    await server.stop();
  }
});

test('working hours, fiscal year and company are changed by administrators', async ({ open, server: usual }) => {
  const server = await Server.start(usual.engine);
  try {
    const api = await server.signIn();
    const app = await open({ server, expected: [422] });
    const { page } = app;
    await app.goto('/settings/calendar');
    await page.getByRole('button', { name: '添加星期六的时间段' }).click();
    await page.getByLabel('星期六的开始时间').fill('10:00');
    await page.getByLabel('星期六的结束时间').fill('00:00');
    await page.getByRole('button', { name: '移除星期三的时间段' }).last().click();
    await page.getByRole('button', { name: '保存' }).click();
    await app.toast('已保存').waitFor();
    const { working_hours: hours } = await api.get('/workspace');
    assert.deepEqual([hours.sat, hours.wed], [[{ from: '10:00', to: '24:00' }], [{ from: '09:00', to: '12:00' }]]);
    await app.reload();
    assert.equal(await page.getByLabel('星期六的开始时间').inputValue(), '10:00');
    await page.getByLabel('星期六的结束时间').fill('09:00');
    await page.getByRole('button', { name: '保存' }).click();
    await page.locator('.field-error', { hasText: '时间段应结束于开始之后' }).first().waitFor();

    await page.getByLabel('财年起始月份').selectOption('4');
    await eventually(async () => assert.equal((await api.get('/workspace')).fiscal_year_start, 4));
    await app.goto('/opportunities');
    await page.getByRole('button', { name: '添加筛选' }).click();
    await page.getByRole('button', { name: '预计成交日期' }).click();
    await page.getByRole('button', { name: '本财季' }).click();
    await page.waitForURL(/this_fiscal_quarter/);

    await app.goto('/settings/company');
    await page.getByText('CNY 人民币').waitFor();
    await page.getByLabel('公司名称').fill('云帆集团');
    await page.getByLabel('时区').fill('Mars/Olympus');
    await page.getByRole('button', { name: '保存' }).click();
    await page.locator('.field-error', { hasText: '未知时区' }).waitFor();
    await page.getByLabel('时区').fill('Asia/Tokyo');
    await page.getByRole('button', { name: '保存' }).click();
    await app.toast('已保存').waitFor();
    const { name, time_zone: zone } = await api.get('/workspace');
    assert.deepEqual([name, zone], ['云帆集团', 'Asia/Tokyo']);
  } finally {
    await server.stop();
  }
});
