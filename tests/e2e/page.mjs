// SPDX-License-Identifier: Apache-2.0
// The page in a headless browser: node page.mjs URL SLOW [DIRECTORY for pictures], run by test_dashboard.py in the folder of
// the page.  "do WORD" on standard output asks for something to happen, a line on standard input says that it has.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import readline from 'node:readline';

const { chromium } = createRequire(path.join(process.cwd(), 'package.json'))('playwright-core');
const [url, slowText, shots] = process.argv.slice(2);
const slow = Number(slowText || 1);
const LIVE_MS = 2000 * slow;
const WAIT_MS = 15000 * slow;

const answers = readline.createInterface({ input: process.stdin })[Symbol.asyncIterator]();
async function ask(word) {
  process.stdout.write(`do ${word}\n`);
  await answers.next();
}

const words = {
  zh: {
    loading: '正在读取', noDay: '还没有业务日', noRegister: '目前没有在册的享受对象', noIntake: '数据接收服务还没有应答', away: (name) => `收不到${name}的数据`, intake: '数据接收服务', comparison: '比对服务', stale: '数据暂停更新',
    html: 'zh-CN', list: '预警', live: '实时', lost: '重新连接中', open: '待处理', tekun: '特困', end: '应退尽退', single: '单人保', death: '人员死亡', children: '困境儿童', confirm: '待人工确认', parts: '等待其余部分', ends: (n, all) => `确认后将终止 ${n} 条（现有 ${all} 条）`,
  },
  en: {
    loading: 'Loading', noDay: 'no business day yet', noRegister: 'Nobody is enrolled', noIntake: 'Intake has not answered yet', away: (name) => `Not heard from: ${name}`, intake: 'intake', comparison: 'comparison', stale: 'Updates paused',
    html: 'en-GB', list: 'Alerts', live: 'Live', lost: 'Reconnecting', open: 'Open', tekun: 'Tekun', end: 'No longer qualifies', single: 'single-person', death: 'a person has died', children: 'hildren', confirm: 'to be confirmed', parts: 'waiting for its parts', ends: (n, all) => `Accepting it would end ${n} of ${all} entries`,
  },
};

const profile = fs.mkdtempSync(path.join(os.tmpdir(), 'plimsoll-page-'));
const context = await chromium.launchPersistentContext(profile, {
  executablePath: '/usr/bin/chromium',
  headless: true,
  viewport: { width: 1440, height: 1000 },
  args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
context.setDefaultTimeout(WAIT_MS);
const page = context.pages()[0] ?? (await context.newPage());

const complaints = [];
let outage = false; // a page may complain that the service is gone when the test has ended it
page.on('console', (m) => ['error', 'warning'].includes(m.type()) && !outage && complaints.push(m.text()));
page.on('pageerror', (e) => complaints.push(String(e)));
page.on('request', (r) => new URL(r.url()).origin !== new URL(url).origin && complaints.push(`request to ${r.url()}`));

const api = async (what) => (await (await fetch(`${url}/api/${what}`)).json());
const rows = () => page.locator('.alerts tbody tr').evaluateAll((trs) => trs.map((tr) => tr.dataset.alert));
const digits = async (locator) => (await locator.innerText()).replace(/\D/g, '');
async function shot(name) {
  if (shots) await page.screenshot({ path: path.join(shots, `${name}.png`) });
}
// page.waitForFunction evaluates text inside the page, which the page's policy forbids: this asks from outside, again and again
async function until(what, fn, arg, ms = WAIT_MS) {
  const end = Date.now() + ms;
  while (!(await page.evaluate(fn, arg))) {
    if (Date.now() > end) throw new Error(`not within ${ms} ms: ${what}`);
    await page.evaluate(() => new Promise(requestAnimationFrame));
  }
}
const live = (w) => page.locator('.live', { hasText: w.live }).waitFor();

async function inLanguage(lang) {
  const w = words[lang];
  await page.goto(url);
  await page.locator('.alerts tbody tr').first().waitFor();
  await page.locator(`.lang button[lang^="${lang}"]`).click();
  assert.equal(await page.locator('html').getAttribute('lang'), w.html);
  await page.reload();
  await page.locator('.alerts tbody tr').first().waitFor();
  assert.equal(await page.locator('html').getAttribute('lang'), w.html, 'the choice of language is remembered');
  assert.equal(await page.locator('#list-title').innerText(), w.list);
  await live(w);
  return w;
}

/** While something has not come the page says so, and shows no code where a name will be. */
async function waits(w, lang) {
  const held = [];
  const release = async () => {
    await page.unroute('**/api/*');
    for (const route of held.splice(0)) await route.continue();
  };
  await page.route('**/api/events*', () => {}); // each page loaded would hold one of the service's few streams for a while
  for (const what of ['overview', 'sources', 'regions']) {
    await page.route('**/api/*', (route) => (route.request().url().includes(`/api/${what}`) ? held.push(route) : route.fallback()));
    await page.reload();
    if (what === 'overview') {
      await page.locator('.skeleton', { hasText: w.loading }).waitFor();
    } else if (what === 'sources') {
      await page.locator('.feeds', { hasText: w.loading }).waitFor();
    } else {
      await page.locator('.alerts tbody tr .name-bone').first().waitFor();
      assert.doesNotMatch((await page.locator('.alerts tbody .c-where').allInnerTexts()).join(' '), /\d/);
      await page.locator('.row-open').first().click();
      await page.locator('.detail-kicker').waitFor();
      assert.doesNotMatch(await page.locator('.detail-kicker').innerText(), /\d{9}/);
      await page.keyboard.press('Escape');
    }
    await shot(`waits-${what}-${lang}`);
    await page.setViewportSize({ width: 390, height: 844 });
    if (what === 'regions') await page.locator('.name-bone').first().scrollIntoViewIfNeeded();
    assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 390, 'the page scrolls sideways');
    await shot(`waits-${what}-narrow-${lang}`);
    await page.setViewportSize({ width: 1440, height: 1000 });
    await release();
    await page.locator('.alerts tbody tr').first().waitFor();
    await until('the names', () => document.querySelectorAll('.alerts .c-where').length > 0 && !document.querySelector('.name-bone'));
  }
  const names = await api('regions');
  const { alerts } = await api('alerts?limit=1');
  const told = await page.locator(`.alerts tr[data-alert="${alerts[0].alert}"] .c-where`).innerText();
  assert.equal(told.replace(/\s+/g, ' '), `${names[alerts[0].region.slice(0, 9)][lang]} ${names[alerts[0].region][lang]}`);
}

/** A new installation: what the page says is true and says what to do. */
async function empty(w, lang) {
  const of = await api('overview');
  const bare = {
    ...of, day: null, register: null, children: {}, months: [], referrals: {}, townships: [],
    alerts: { ...of.alerts, open: 0, overdue: 0, levels: { red: 0, orange: 0, yellow: 0, blue: 0 } },
  };
  const zero = { households: 0, people: 0, single_households: 0, single_people: 0 };
  for (const [name, body, sources, said] of [
    ['no-day', bare, { away: [], read: null }, [w.noDay, 'plimsoll tick --to', w.noIntake]],
    ['no-register', { ...bare, day: of.day, register: { dibao: zero } }, { away: ['intake'], read: null }, [w.noRegister, 'plimsoll send civil.households', w.noIntake, w.away(w.intake)]],
  ]) {
    await page.route('**/api/overview', (route) => route.fulfill({ json: body }));
    await page.route('**/api/sources', (route) => route.fulfill({ json: sources }));
    await page.route('**/api/alerts?*', (route) => route.fulfill({ json: { alerts: [], total: 0, more: false, seq: of.seq } }));
    await page.reload();
    await page.locator('.feeds .empty').waitFor();
    const text = await page.locator('body').innerText();
    for (const words of said) assert.ok(text.includes(words), `${name}: ${words}`);
    await shot(`${name}-${lang}`);
    for (const what of ['overview', 'sources', 'alerts?*']) await page.unroute(`**/api/${what}`);
  }
  await page.unroute('**/api/events*');
  await page.reload();
  await page.locator('.alerts tbody tr').first().waitFor();
  await live(w);
}

/** A station behind the service is away: the page does not pass what stands still for live. */
async function stationAway(w, lang) {
  assert.equal(await page.locator('.away').count(), 0);
  await ask('comparison away');
  await page.locator('.away', { hasText: w.away(w.comparison) }).waitFor();
  assert.match(await page.locator('.away').innerText(), /plimsoll status[\s\S]*deploy\/up/);
  await page.locator('.live', { hasText: w.stale }).waitFor();
  await page.evaluate(() => window.scrollTo(0, 0));
  await shot(`away-${lang}`);
  await page.setViewportSize({ width: 390, height: 844 });
  assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 390, 'the page scrolls sideways');
  await shot(`away-narrow-${lang}`);
  await page.setViewportSize({ width: 1440, height: 1000 });
  await ask('comparison back');
  await page.locator('.away').waitFor({ state: 'hidden' });
  await live(w);
}

async function numbers(w) {
  const overview = await api('overview');
  assert.equal(await digits(page.locator('.glance-alerts .big b')), String(overview.alerts.open));
  assert.equal(await digits(page.locator('.levels .tone-red b')), String(overview.alerts.levels.red));
  assert.equal(await digits(page.locator('button.late b')), String(overview.alerts.overdue));
  const dibao = page.locator('.figures .figure').first();
  assert.deepEqual(await dibao.locator('b').allInnerTexts(), [String(overview.register.dibao.households), String(overview.register.dibao.people)]);
  assert.match(await dibao.innerText(), new RegExp(w.single));
  assert.equal(await page.locator('.towns tbody tr').count(), overview.townships.length);
  await page.locator('.plot canvas').first().waitFor();
}

async function comesLive(w) {
  const before = new Set(await rows());
  await ask('die');
  const sent = Date.now();
  await until('a new alert', (n) => !n.includes(document.querySelector('.alerts tbody tr')?.dataset.alert), [...before], LIVE_MS);
  const took = Date.now() - sent;
  const first = page.locator('.alerts tbody tr').first();
  assert.match(await first.innerText(), new RegExp(`${w.end}[\\s\\S]*${w.tekun}[\\s\\S]*${w.open}`));
  console.log(`a new alert was on the page ${took} ms after its receipt`);
  const open = (await api('overview')).alerts.open;
  await until('the figures follow', (n) => document.querySelector('.glance-alerts .big b').innerText.replace(/\D/g, '') === n, String(open), 2 * LIVE_MS);
}

async function readingIsNotDisturbed() {
  const box = page.locator('.list-scroll');
  await box.evaluate((e) => e.scrollTo({ top: 600 }));
  await until('the list is scrolled', () => document.querySelector('.list-scroll').scrollTop > 500);
  const before = await rows();
  const seen = await box.evaluate((e) => e.scrollTop);
  await ask('die');
  await page.locator('.unseen button').waitFor({ timeout: LIVE_MS });
  assert.deepEqual(await rows(), before);
  assert.equal(await box.evaluate((e) => e.scrollTop), seen);
  await page.locator('.unseen button').click();
  await until('the row that waited', (n) => document.querySelectorAll('.alerts tbody tr').length > n, before.length);
  assert.ok(!before.includes((await rows())[0]));
  await until('the top', () => document.querySelector('.list-scroll').scrollTop === 0);
}

async function settled(query) {
  const wanted = await api(`alerts?limit=60&${query}`);
  await until(
    `the list of ${query}`,
    (ids) => JSON.stringify([...document.querySelectorAll('.alerts tbody tr:not(.rows-leave-active)')].map((tr) => tr.dataset.alert)) === JSON.stringify(ids),
    wanted.alerts.map((a) => a.alert),
  );
  assert.equal(await digits(page.locator('.list .panel-head .note')), String(wanted.total));
}

async function filters() {
  await page.locator('.toggle.tone-orange').click();
  assert.equal(await page.locator('.toggle.tone-orange').getAttribute('aria-pressed'), 'true');
  await settled('level=orange');
  await page.selectOption('select[name=region]', '320681110');
  await settled('level=orange&region=320681110');
  await page.selectOption('select[name=state]', 'all');
  await page.selectOption('select[name=kind]', 'entitlement_not_drawn');
  await settled('level=orange&region=320681110&state=all&kind=entitlement_not_drawn');
  await page.locator('.list .link').click();
  await settled('state=unclosed');
  await page.locator('.towns .town').first().click();
  assert.equal(await page.locator('.towns .town').first().getAttribute('aria-pressed'), 'true');
  await page.locator('.towns .town').first().click();
  await page.locator('button.late').click();
  await settled('overdue=true');
  await page.locator('.list .link').click();
  await settled('state=unclosed');
}

async function detailByKeyboard(w) {
  const first = page.locator('.row-open').first();
  await first.focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Enter');
  const dialog = page.locator('dialog.detail[open]');
  await dialog.locator('.finding').first().waitFor();
  const text = await dialog.innerText();
  assert.match(text, new RegExp(w.death));
  assert.match(text, /qidong@/);
  assert.ok(await page.evaluate(() => document.querySelector('dialog.detail').contains(document.activeElement)), 'focus is in the panel');
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' }).catch(() => dialog.waitFor({ state: 'hidden' }));
  assert.ok(await first.evaluate((e) => e === document.activeElement), 'focus comes back to the row');
  await first.evaluate((e) => e.blur());
}

async function sources(w, lang) {
  const value = async (name) => Number(await digits(page.locator(`.feeds .${name}`)));
  assert.equal(await value('to-confirm'), 0);
  await ask('list');
  await until('the list that waits', () => document.querySelector('.feeds .to-confirm').innerText === '1');
  const told = await api('sources');
  assert.equal(await value('provisional'), told.people.provisional);
  assert.ok(told.people.provisional > 0, 'nobody without a resident ID to be shown');
  assert.equal(await value('silent'), told.datasets.filter((d) => d.silent_since).length);
  const items = page.locator('.feeds-lists li');
  assert.equal(await items.count(), told.lists.length);
  const first = items.first();
  assert.ok((await first.getAttribute('class')).includes('urgent'), 'what somebody must decide comes first');
  assert.match(await first.innerText(), new RegExp(`${w.children}[\\s\\S]*${w.confirm}[\\s\\S]*plimsoll confirm civil\\.children --accept children-\\d+\\s[\\s\\S]*plimsoll confirm civil\\.children --refuse children-\\d+$`));
  const short = told.lists.find((l) => l.state === 'needs_confirmation');
  assert.ok(short.would_end > 0 && short.would_end < short.entries, 'a short list lacks some');
  assert.equal(await first.locator('.feeds-end').innerText(), w.ends(short.would_end, short.entries));
  assert.match(await items.last().innerText(), new RegExp(w.parts));
  assert.equal(await items.last().locator('.feeds-end').count(), 0, 'nobody knows yet what an unfinished list would end');
  await page.locator('.feeds').scrollIntoViewIfNeeded();
  await shot(`sources-${lang}`);
  await page.setViewportSize({ width: 390, height: 844 });
  await page.locator('.feeds').scrollIntoViewIfNeeded();
  assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 390, 'the list that waits makes the page scroll sideways');
  await shot(`sources-narrow-${lang}`);
  await page.setViewportSize({ width: 1440, height: 1000 });
  await ask('refuse');
  await until('the list is gone', () => document.querySelector('.feeds .to-confirm').innerText === '0');
}

async function isNarrow(w, lang) {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.reload();
  await page.locator('.alerts tbody tr').first().waitFor();
  await live(w);
  const width = () => page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok((await width()) <= 390, 'the page scrolls sideways');
  await shot(`narrow-${lang}`);
  await page.locator('.row-open').first().click();
  await page.locator('dialog.detail .finding').first().waitFor();
  assert.ok((await width()) <= 390);
  assert.ok((await page.locator('dialog.detail').evaluate((e) => e.scrollWidth)) <= 390, 'the panel scrolls sideways');
  await page.locator('dialog.detail .close').click();
  await page.setViewportSize({ width: 1440, height: 1000 });
}

async function comesBack(w) {
  outage = true;
  await ask('kill');
  await page.locator('.live', { hasText: w.lost }).waitFor();
  assert.ok((await page.locator('.alerts tbody tr').count()) > 0, 'what was read stays on the page');
  await page.locator('.toggle.tone-red').click();
  await page.locator('.failing').waitFor();
  await shot('failing');
  await page.locator('.toggle.tone-red').click();
  await ask('die');
  await ask('spawn');
  await live(w);
  await page.locator('.failing').waitFor({ state: 'hidden' });
  await settled('state=unclosed');
  outage = false;
}

let failed = 0;
try {
  for (const lang of ['zh', 'en']) {
    const w = await inLanguage(lang);
    await waits(w, lang);
    await empty(w, lang);
    await numbers(w);
    await shot(`wide-${lang}`);
    await comesLive(w);
    await readingIsNotDisturbed();
    await filters();
    await detailByKeyboard(w);
    await sources(w, lang);
    await stationAway(w, lang);
    await isNarrow(w, lang);
    await inLanguage(lang);
    await comesBack(w);
    console.log(`the page works in ${lang}`);
  }
  assert.deepEqual(complaints, []);
} catch (error) {
  console.log(error.stack);
  if (complaints.length) console.log('complaints:', complaints);
  await shot('broken').catch(() => {});
  failed = 1;
}
await context.close();
fs.rmSync(profile, { recursive: true, force: true });
process.exit(failed);
