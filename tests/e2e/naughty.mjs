// SPDX-License-Identifier: Apache-2.0
// Texts that break careless pages, in a headless browser: node naughty.mjs URL SLOW FILE, run by test_dashboard.py in the folder of the page.
// FILE: JSON, the townships' names by their codes and the ids of the whole lists that somebody must decide about.  Each stands on the
// page as it is, and none runs.  Prints JSON: for each list the command lines that the page gives for it, by their answers.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';

const { chromium } = createRequire(path.join(process.cwd(), 'package.json'))('playwright-core');
const [url, slow, file] = process.argv.slice(2);
const { names, lists } = JSON.parse(fs.readFileSync(file, 'utf8'));

const profile = fs.mkdtempSync(path.join(os.tmpdir(), 'plimsoll-naughty-'));
process.on('exit', () => fs.rmSync(profile, { recursive: true, force: true }));
const context = await chromium.launchPersistentContext(profile, {
  executablePath: '/usr/bin/chromium',
  headless: true,
  viewport: { width: 1440, height: 1000 },
  args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
const page = context.pages()[0] ?? (await context.newPage());
context.setDefaultTimeout(30000 * Number(slow));
const complaints = [];
page.on('console', (m) => ['error', 'warning'].includes(m.type()) && complaints.push(m.text()));
page.on('pageerror', (e) => complaints.push(String(e)));
page.on('dialog', (d) => complaints.push(`dialog ${d.message()}`));
page.on('request', (r) => new URL(r.url()).origin !== new URL(url).origin && complaints.push(`request to ${r.url()}`));

await page.goto(url);
await page.locator('.alerts tbody tr').first().waitFor();
await page.locator('.towns tbody tr').first().waitFor();

// the choice of townships and their table: every name, byte for byte
const options = await page.locator('select[name=region] option').evaluateAll((all) => all.map((o) => [o.value, o.textContent]));
const offered = Object.fromEntries(options);
for (const [region, name] of Object.entries(names)) assert.equal(offered[region], name, `the choice of ${region}`);
const table = await page.locator('.towns tbody .town').evaluateAll((all) => all.map((e) => e.textContent));
for (const name of Object.values(names)) assert.ok(table.includes(name), `the table of townships lacks ${JSON.stringify(name)}`);

// an alert of each township, in the list and in full
for (const [region, name] of Object.entries(names)) {
  const { alerts } = await (await fetch(`${url}/api/alerts?limit=1&state=all&region=${region}`)).json();
  if (alerts.length === 0) continue;
  await page.selectOption('select[name=state]', 'all');
  await page.selectOption('select[name=region]', region);
  const row = page.locator(`.alerts tbody tr[data-alert="${alerts[0].alert}"]`);
  await row.waitFor();
  assert.ok((await row.locator('.c-where').evaluate((e) => e.textContent)).includes(name), `the list's row of ${region}`);
  await row.locator('.row-open').click();
  await page.locator('#detail-title').waitFor();
  assert.ok((await page.locator('.detail-kicker').evaluate((e) => e.textContent)).includes(name), `the alert of ${region}`);
  await page.keyboard.press('Escape');
}

// every list once, with its command
await page.locator('.feeds-lists .urgent').nth(lists.length - 1).waitFor();
const shown = await page.locator('.feeds-lists .urgent').evaluateAll((all) =>
  all.map((e) => [e.dataset.list, Object.fromEntries([...e.querySelectorAll('.feeds-commands code')].map((c) => [c.dataset.answer, c.innerText]))]),
);
assert.deepEqual(shown.map(([id]) => id).sort(), [...lists].sort());
assert.equal(await page.evaluate(() => globalThis.ran), undefined, 'a text ran');
assert.deepEqual(await page.locator('iframe, svg[onload], img[onerror], main script').count(), 0);
assert.deepEqual(complaints, []);
await context.close();
console.log(JSON.stringify(Object.fromEntries(shown)));
