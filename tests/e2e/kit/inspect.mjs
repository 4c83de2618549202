// What is wrong with a screen: texts left in the other language, what axe finds, what runs out of a narrow window.
import AxeBuilder from '@axe-core/playwright';

/** Words that are the same in both languages: names, units, formats. */
const SHARED = /API|Authorization|Bearer|gx_live_\w*|\{(?:yyyy|yy|mm|dd|0+)\}|简体中文|English|Guanxi|Chrome|Linux|Ctrl|Esc|CSV|XLSX|vCard|JSON Lines|Excel|PNG|JPEG|WebP|UTF-?\d+|GBK|GB18030|TAB|Asia\/Shanghai|\b(?:CNY|USD|EUR|GBP|JPY|HKD|TWD|KRW|SGD|AUD|CAD|CHF|VIP|kB|MB|K|[A-Z])\b/g;
const FOREIGN = { 'zh-CN': /[A-Za-z]{2,}/, en: /\p{Script=Han}/u };

/** Values of picklists have names in both languages: what is stored is no excuse. */
const TOLD = new Set(['source', 'level', 'industry', 'region', 'loss_reason', 'disqualified_reason']);

/** What the firm calls its own kinds and fields: another test may have made or renamed them a moment ago. */
function firmWords(kinds) {
  const ofField = ({ label, help, choices = [] }) => [label, help, ...choices.map((choice) => choice.label)];
  return kinds.flatMap(({ custom, label, groups, fields }) => {
    const own = fields.filter((field) => field.custom);
    const around = groups.filter((group) => group.fields.some((name) => own.some((field) => field.name === name)));
    return [custom && label, ...around.map((group) => group.label), ...own.flatMap(ofField)];
  }).filter(Boolean);
}

/** Collects what the server sends, so that data can be told from the app's own words; `reading` are answers not yet taken in. */
export function collectData(app) {
  const data = Object.assign(new Set(), { reading: new Set() });
  const gather = (value) => {
    // Keys such as `following` must be translated: they are no data.
    if (typeof value === 'string' && value.length > 1 && !/^[a-z_0-9]*$/.test(value)) data.add(value);
    else if (value && typeof value === 'object') {
      // The name a program gives itself is nobody's word.
      if (typeof value.user_agent === 'string') data.add(value.user_agent);
      for (const [key, inner] of Object.entries(value)) if (!(TOLD.has(key) && typeof inner === 'string')) gather(inner);
    }
  };
  app.page.on('response', (response) => {
    if (!response.url().includes('/api/v1/')) return;
    const reading = response.json().catch(() => null).then((answer) => {
      // Labels of kinds and values of lists are ours to tell in the reader's language; who one is, what roles and views are called,
      // and what the firm calls its own kinds and fields, is data.
      if (response.url().includes('/start?')) {
        gather([answer?.me, answer?.roles, answer?.pipelines, answer?.views?.map(({ name }) => name)]);
        for (const word of firmWords(answer?.kinds ?? [])) data.add(word);
      }
      else gather(response.url().includes('/picklists') ? answer?.data?.map(({ name }) => name) : answer);
      data.reading.delete(reading);
    });
    data.reading.add(reading);
  });
  return data;
}

/** Texts that a person sees or hears, in neither the language nor the data. */
export async function untranslated(page, locale, data) {
  const texts = await page.evaluate(() => {
    const found = new Set();
    for (const element of document.querySelectorAll('body, body *')) {
      // What programs are told is the same in every language, and is marked so for translators as well.
      if (element.closest('script, style, noscript, .avatar, code[translate=no]') || !element.checkVisibility()) continue;
      for (const name of ['aria-label', 'title', 'placeholder', 'alt', 'aria-roledescription']) found.add(element.getAttribute(name) ?? '');
      for (const node of element.childNodes) if (node.nodeType === Node.TEXT_NODE) found.add(node.data.trim());
    }
    found.add(document.title);
    return [...found];
  });
  // What is on the screen has come, but may still be on its way from the browser to here.
  await Promise.all(data.reading ?? []);
  const known = [...data].sort((a, b) => b.length - a.length);
  return texts.filter((text) => {
    // Cut off where there was no room for more.
    if (text.endsWith('…') && known.some((datum) => datum.startsWith(text.slice(0, -1)))) return false;
    const rest = known.reduce((left, datum) => left.replaceAll(datum, ' '), text).replaceAll(SHARED, ' ');
    return FOREIGN[locale].test(rest);
  });
}

/** What axe finds by any of its rules, one line each. */
export async function violations(page) {
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary.split('\n')[1]?.trim()}`));
}

/** What sticks out of the window and cannot be scrolled to within a box of its own. */
export function sideways(page) {
  return page.evaluate(() => {
    const width = window.innerWidth;
    const cut = (element) => {
      for (let box = element.parentElement; box; box = box.parentElement) if (getComputedStyle(box).overflowX !== 'visible' && box.getBoundingClientRect().right <= width + 1) return true;
      return false;
    };
    const out = [...document.querySelectorAll('body *')].filter((element) => {
      const { left, right, width: own, height } = element.getBoundingClientRect();
      return element.checkVisibility() && own > 1 && height > 1 && (right > width + 1 || left < -1) && !cut(element) && !element.closest('.sr, .skip');
    });
    const names = out.map((element) => `${element.tagName.toLowerCase()}.${[...element.classList].join('.')} to ${Math.round(element.getBoundingClientRect().right)}`);
    const root = document.scrollingElement;
    return root.scrollWidth > width ? [`the page is ${root.scrollWidth} wide`, ...names] : names;
  });
}

/** What a thumb would miss: things to press that are less than 44 px high or wide. Links within a line of text are no targets of their own. */
export function undersized(page, least = 44) {
  return page.evaluate((least) => {
    const targets = [...document.querySelectorAll('button, a[href], input, select, textarea, summary, [role=button], [role=tab], [role=option]')];
    const seen = (element) => element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && !element.closest('.sr, .skip');
    // A box within its label is pressed with it.
    const pressed = (element) => (element.matches('input[type=checkbox], input[type=radio]') && element.closest('label')) || element;
    const inText = (element) => element.matches('a') && getComputedStyle(element).display === 'inline';
    return targets.filter((element) => seen(element) && !inText(element)).map(pressed).flatMap((element) => {
      const { width, height } = element.getBoundingClientRect();
      const small = height < least - 1.5 || width < least - 0.5;
      return small && width > 0 ? [`${element.tagName.toLowerCase()}.${[...element.classList].join('.')} “${(element.getAttribute('aria-label') ?? element.innerText ?? '').slice(0, 20)}” ${Math.round(width)}×${Math.round(height)}`] : [];
    });
  }, least);
}
