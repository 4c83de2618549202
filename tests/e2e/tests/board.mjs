// The board: cards moved by mouse, finger and keys, won and lost; what is refused says why; sums and filters.
import { PHONE } from '../kit/app.mjs';
import { assert, eventually, test, unique } from '../kit/test.mjs';

/** A pipeline of its own with three stages, and cards named A, B … in the first. */
async function boardOf(api, amounts, stages = ['接洽', '报价', '签约']) {
  const pipeline = await api.pipeline(unique('看板'), stages);
  const cards = [];
  for (const [i, amount] of amounts.entries()) {
    const name = `${unique('商机')}-${String.fromCharCode(65 + i)}`;
    cards.push(await api.make('opportunities', { name, pipeline_id: pipeline.id, stage_id: pipeline.stages[0].id, amount: { amount, currency: 'CNY' }, owner_id: api.me.id }));
  }
  return { pipeline, cards, path: `/pipeline?pipeline=${pipeline.id}` };
}

const column = (page, index) => page.locator(`.board-column[data-place="${index}"]`);
const cardOf = (page, { id }) => page.locator(`[id="card-${id}"]`);
const stageOf = async (api, { id }) => (await api.get(`/opportunities/${id}`)).stage_id;
const head = async (page, index) => (await column(page, index).locator('.board-head').innerText()).replaceAll(/\s+/g, ' ');

async function dragTo(page, card, target) {
  const from = await card.boundingBox();
  const to = await target.boundingBox();
  await page.mouse.move(from.x + 40, from.y + 12);
  await page.mouse.down();
  await page.mouse.move(from.x + 60, from.y + 30, { steps: 3 });
  await page.mouse.move(to.x + to.width / 2, to.y + Math.min(160, to.height / 2), { steps: 6 });
}

/** Holds a card over another stage. */
async function holdOver(page, card, index) {
  await dragTo(page, cardOf(page, card), column(page, index));
  await page.locator(`.board-column[data-place="${index}"].over`).waitFor();
}

/** The moves that the app asks for from now on. */
function movesOf(page) {
  const moves = [];
  page.on('request', (request) => {
    if (request.url().endsWith('/move')) moves.push(request.url());
  });
  return moves;
}

test('a card is dragged to another stage, and the sums follow', { everywhere: true }, async ({ open, api }) => {
  const { pipeline, cards, path } = await boardOf(api, ['100000', '20000']);
  const app = await open();
  const { page } = app;
  await app.goto(path);
  assert.match(await head(page, 0), /2 .*12万/);
  await holdOver(page, cards[0], 1);
  await page.mouse.up();
  await column(page, 1).locator(`[id="card-${cards[0].id}"]`).waitFor();
  // A notice under the pointer stays.
  await app.toast('已移到“报价”').hover();
  assert.equal(await stageOf(api, cards[0]), pipeline.stages[1].id);
  await eventually(async () => {
    assert.match(await head(page, 0), /1 .*2万/);
    assert.match(await head(page, 1), /1 .*10万/);
  });
  await app.toast('已移到“报价”').getByRole('button', { name: '撤销' }).click();
  await eventually(async () => assert.equal(await stageOf(api, cards[0]), pipeline.stages[0].id));
  await column(page, 0).locator(`[id="card-${cards[0].id}"]`).waitFor();
});

test('Escape during a drag and a drop beside the board leave the card where it was', async ({ open, api }) => {
  const { pipeline, cards, path } = await boardOf(api, ['1000']);
  const app = await open();
  const { page } = app;
  const moves = movesOf(page);
  await app.goto(path);
  await holdOver(page, cards[0], 1);
  await page.keyboard.press('Escape');
  await page.locator('.card.lifted').waitFor({ state: 'detached' });
  await page.mouse.up();
  await column(page, 0).locator('.card').waitFor();
  await dragTo(page, cardOf(page, cards[0]), page.locator('.top'));
  await page.locator('.card.lifted').waitFor();
  await page.mouse.up();
  await page.locator('.card.lifted').waitFor({ state: 'detached' });
  await column(page, 0).locator('.card').waitFor();
  await app.settled();
  assert.deepEqual(moves, []);
  assert.equal(await stageOf(api, cards[0]), pipeline.stages[0].id);
});

test('a card is moved by keys and put back by Escape, and is told about', { everywhere: true }, async ({ open, api }) => {
  const { pipeline, cards, path } = await boardOf(api, ['500', '600']);
  const [card] = cards;
  const app = await open();
  const { page } = app;
  await app.goto(path);
  const said = page.locator('[aria-live=assertive]');
  const moves = movesOf(page);
  const held = async () => page.evaluate(() => document.activeElement?.id);
  await cardOf(page, card).focus();
  await page.keyboard.press('Space');
  await said.getByText(`已拿起“${card.name}”`).waitFor();
  await page.keyboard.press('ArrowRight');
  await said.getByText('移到“报价”，第 2 个阶段，共 3 个').waitFor();
  await column(page, 1).locator(`[id="card-${card.id}"]`).waitFor();
  await eventually(async () => assert.equal(await held(), `card-${card.id}`, 'the focus goes along'));
  await page.keyboard.press('Escape');
  await column(page, 0).locator(`[id="card-${card.id}"]`).waitFor();
  await eventually(async () => assert.equal(await held(), `card-${card.id}`));
  await app.settled();
  assert.deepEqual(moves, []);
  assert.equal(await stageOf(api, card), pipeline.stages[0].id);
  await page.keyboard.press('Space');
  await said.getByText('已拿起').waitFor();
  for (const stage of ['报价', '签约']) {
    await page.keyboard.press('ArrowRight');
    await said.getByText(`移到“${stage}”`).waitFor();
    await eventually(async () => assert.equal(await held(), `card-${card.id}`));
  }
  await page.keyboard.press('Enter');
  await said.getByText(`“${card.name}”已放到“签约”`).waitFor();
  await eventually(async () => assert.equal(await stageOf(api, card), pipeline.stages[2].id));
  await eventually(async () => assert.equal(await held(), `card-${card.id}`, 'and stays with the card'));
});

test('a refused move goes back and says why', { everywhere: true }, async ({ open, api }) => {
  const { pipeline, cards, path } = await boardOf(api, ['700'], ['接洽', { name: '报价', required_fields: ['close_on'] }, '签约']);
  const app = await open({ expected: [422] });
  const { page } = app;
  await app.goto(path);
  await holdOver(page, cards[0], 1);
  await page.mouse.up();
  const toast = page.locator('.toast.bad');
  await toast.waitFor();
  assert.match(await toast.innerText(), /报价/);
  assert.match(await toast.innerText(), /预计成交|成交日期|close_on|必填|填写/);
  await column(page, 0).locator(`[id="card-${cards[0].id}"]`).waitFor();
  assert.equal(await stageOf(api, cards[0]), pipeline.stages[0].id);
  await eventually(async () => assert.match(await head(page, 0), /1 .*700/));
});

test('a move of what somebody else has moved shows where it is now', async ({ open, api }) => {
  const { pipeline, cards, path } = await boardOf(api, ['800']);
  const app = await open({ expected: [412] });
  const { page } = app;
  await app.goto(path);
  const { version } = await api.get(`/opportunities/${cards[0].id}`);
  await api.call('POST', `/opportunities/${cards[0].id}/move`, { stage_id: pipeline.stages[2].id }, { 'If-Match': `"${version}"` });
  await holdOver(page, cards[0], 1);
  await page.mouse.up();
  await page.locator('.toast.bad').waitFor();
  await column(page, 2).locator(`[id="card-${cards[0].id}"]`).waitFor();
});

test('cards are won by dropping and lost with a reason', { everywhere: true }, async ({ open, api }) => {
  const { cards, path } = await boardOf(api, ['30000', '5000']);
  const app = await open();
  const { page } = app;
  await app.goto(path);
  const from = await cardOf(page, cards[0]).boundingBox();
  await page.mouse.move(from.x + 40, from.y + 12);
  await page.mouse.down();
  await page.mouse.move(from.x + 80, from.y + 60, { steps: 4 });
  await page.locator('.drop-zones.shown').waitFor();
  const zone = await page.locator('.drop-zone.good').boundingBox();
  await page.mouse.move(zone.x + zone.width / 2, zone.y + zone.height / 2, { steps: 6 });
  await page.locator('.drop-zone.good.over').waitFor();
  await page.mouse.up();
  await app.toast('赢单了').waitFor();
  assert.equal((await api.get(`/opportunities/${cards[0].id}`)).status, 'won');
  await cardOf(page, cards[0]).waitFor({ state: 'detached' });

  await cardOf(page, cards[1]).getByRole('button', { name: '更多操作' }).click();
  await page.locator('.menu').getByRole('button', { name: '输单' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: '标为输单' }).click();
  await dialog.getByText('请选择输单原因').waitFor();
  await dialog.getByRole('combobox', { name: '输单原因' }).selectOption({ label: '价格' });
  await dialog.getByRole('button', { name: '标为输单' }).click();
  await cardOf(page, cards[1]).waitFor({ state: 'detached' });
  await eventually(async () => {
    const lost = await api.get(`/opportunities/${cards[1].id}`);
    assert.deepEqual([lost.status, lost.loss_reason], ['lost', '价格']);
  });
  await eventually(async () => assert.match(await head(page, 0), / 0 /));
});

test('the board is narrowed by text and by owner, in the address', { everywhere: true }, async ({ open, api }) => {
  const { cards, path } = await boardOf(api, ['1000', '2000']);
  const colleague = await api.make('users', { name: unique('同事'), roles: ['sales'] });
  await api.change('opportunities', cards[1].id, { owner_id: colleague.id });
  const app = await open();
  const { page } = app;
  await app.goto(path);
  await page.getByRole('searchbox').fill(cards[0].name);
  await cardOf(page, cards[1]).waitFor({ state: 'detached' });
  await cardOf(page, cards[0]).waitFor();
  await eventually(async () => assert.match(await head(page, 0), /1 .*1,?000/));
  await page.getByRole('searchbox').fill('');
  await cardOf(page, cards[1]).waitFor();

  await page.getByRole('button', { name: '按负责人筛选' }).click();
  await page.getByRole('combobox', { name: '按负责人筛选' }).fill(colleague.name);
  await page.getByRole('option', { name: colleague.name }).click();
  await cardOf(page, cards[0]).waitFor({ state: 'detached' });
  await cardOf(page, cards[1]).waitFor();
  await app.reload();
  await cardOf(page, cards[1]).waitFor();
  assert.equal(await cardOf(page, cards[0]).count(), 0);
});

test('a finger that rests lifts a card; one that swipes scrolls', async ({ open, api }) => {
  const { pipeline, cards, path } = await boardOf(api, ['900']);
  const app = await open({ viewport: PHONE, touch: true });
  const { page } = app;
  await app.goto(path);
  const from = await cardOf(page, cards[0]).boundingBox();
  const finger = await app.context.newCDPSession(page);
  const touch = (type, x, y) => finger.send('Input.dispatchTouchEvent', { type, touchPoints: type === 'touchEnd' ? [] : [{ x, y }] });
  const [x, y] = [from.x + 60, from.y + 20];

  const board = page.locator('.board');
  await board.evaluate((board) => {
    board.addEventListener('scrollend', () => { window.boardStands = true; }, { once: true });
    new MutationObserver(() => { window.wasLifted ||= !!board.querySelector('.card.lifted'); }).observe(board, { subtree: true, attributeFilter: ['class'] });
  });

  // All at once: a finger that the browser hears of late has rested.
  await Promise.all([touch('touchStart', x, y), touch('touchMove', x - 40, y), touch('touchMove', x - 120, y), touch('touchEnd')]);
  await page.waitForFunction(() => window.boardStands);
  assert.equal(await page.evaluate(() => window.wasLifted ?? false), false);
  assert.equal(await stageOf(api, cards[0]), pipeline.stages[0].id);
  await board.evaluate((board) => { board.scrollLeft = 0; });
  assert.equal((await cardOf(page, cards[0]).boundingBox()).x, from.x);

  await touch('touchStart', x, y);
  await page.locator('.card.lifted').waitFor();
  for (let step = 1; step <= 6; step++) await touch('touchMove', x + (step * (370 - x)) / 6, y + 10);
  // Held still at the edge, the board scrolls along until a stage that could not be seen is under the finger.
  await page.locator('.board-column[data-place="2"].over').waitFor();
  assert.ok((await board.evaluate((board) => board.scrollLeft)) > 200);
  await touch('touchEnd');
  await app.toast(`已移到“${pipeline.stages[2].name}”`).waitFor();
  assert.equal(await stageOf(api, cards[0]), pipeline.stages[2].id);
});

test('a card opens beside the board and is edited quickly', async ({ open, api }) => {
  const { cards, path } = await boardOf(api, ['4000']);
  const app = await open();
  const { page } = app;
  await app.goto(path);
  await cardOf(page, cards[0]).focus();
  await page.keyboard.press('e');
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('金额').fill('4500');
  await dialog.getByRole('button', { name: '保存' }).click();
  await dialog.waitFor({ state: 'detached' });
  await eventually(async () => assert.equal((await api.get(`/opportunities/${cards[0].id}`)).amount.amount, '4500.00'));
  await eventually(async () => assert.match(await cardOf(page, cards[0]).innerText(), /4,500/));
  await cardOf(page, cards[0]).click();
  await page.locator('.panel').getByRole('heading', { name: cards[0].name }).waitFor();
  await page.keyboard.press('Escape');
  await page.locator('.panel').waitFor({ state: 'detached' });
});

test('quick edit of a card stores all that is typed in it, and the new card shows it', { everywhere: true }, async ({ open, api }) => {
  const { cards, path } = await boardOf(api, ['4000']);
  const app = await open();
  const { page } = app;
  await app.goto(path);
  await cardOf(page, cards[0]).focus();
  await page.keyboard.press('e');
  const dialog = page.getByRole('dialog');
  const name = unique('改名');
  await dialog.getByLabel('商机名称').fill(name);
  await dialog.getByLabel('下一步').pressSequentially('送样');
  await dialog.getByLabel('预计成交日期').fill('2027-03-31');
  await dialog.getByLabel('下次跟进').fill('2027-03-01T09:30');
  await dialog.getByRole('button', { name: '保存' }).click();
  await dialog.waitFor({ state: 'detached' });
  await eventually(async () => {
    const now = await api.get(`/opportunities/${cards[0].id}`);
    assert.deepEqual([now.name, now.next_step, now.close_on], [name, '送样', '2027-03-31']);
    assert.equal(Date.parse(now.next_follow_up_at), Date.parse('2027-03-01T01:30:00Z'));
  });
  await page.locator('.card', { hasText: name }).getByText('送样').waitFor();
});
