// SPDX-License-Identifier: Apache-2.0
// opponent_json_rules.mjs DIR HOUSEHOLDS: bench.yaml with json-rules-engine.  Numbers are reckoned in plain JavaScript, which is
// the fastest way to give them; the rules are compiled once and decide.
import { Engine } from 'json-rules-engine';
import { addUp, readHouseholds } from './columns.mjs';

const NURSING = [null, 17000, 12000, 9000, null];
const yes = (fact) => ({ fact, operator: 'equal', value: true });
const common = [yes('known'), { fact: 'counted', operator: 'greaterThan', value: 0 }, { fact: 'vehicles', operator: 'equal', value: 0 },
  { fact: 'deposits', operator: 'lessThanInclusive', value: { fact: 'deposits_limit' } }];
const rule = (type, all) => ({ event: { type }, conditions: { all } });

const household = new Engine([
  rule('dibao', [...common, { fact: 'income', operator: 'lessThan', value: { fact: 'line' } }]),
  rule('dibao_keeps', [...common, { fact: 'income_100', operator: 'lessThan', value: { fact: 'line_103' } }]),
  rule('marginal', [...common, { fact: 'income_2', operator: 'lessThan', value: { fact: 'line_3' } },
    { fact: 'income', operator: 'greaterThanInclusive', value: { fact: 'line' } }]),
  rule('marginal_keeps', [...common, { fact: 'income_2', operator: 'lessThan', value: { fact: 'line_3' } }]),
  rule('medical', [{ fact: 'medical', operator: 'greaterThanInclusive', value: 2000000 }]),
]);
const person = new Engine([
  rule('nursing', [yes('alive'), yes('certificate'), { fact: 'grade', operator: 'lessThanInclusive', value: 2 },
    { fact: 'tekun', operator: 'equal', value: false }]),
]);

function reckon(h) {
  const standard = h.urban ? 79000 : 76000;
  const f = { known: h.ever_wage || h.ever_business || h.ever_property || h.ever_transfer || h.ever_pension, counted: 0, vehicles: 0,
    deposits: 0, income: 0, medical: 0, top_ups: 0 };
  for (const m of h.members) {
    if (h.closed) continue;
    f.vehicles += m.vehicle;
    f.deposits += m.deposit;
    if (m.dead) continue;
    f.medical += m.medical;
    if (m.tekun) continue;
    f.counted++;
    f.income += m.wage - Math.floor((m.wage + 5) / 10) + m.business + m.property + m.transfer + m.pension;
    if (m.certificate && m.grade <= 2) f.top_ups += h.urban ? 31600 : 30400;
  }
  f.income = Math.max(0, f.income);
  f.line = 12 * standard * f.counted;
  f.deposits_limit = 2 * f.line;
  f.income_100 = f.income * 100;
  f.line_103 = f.line * 103;
  f.income_2 = f.income * 2;
  f.line_3 = f.line * 3;
  f.amount = Math.ceil((f.line - f.income) / 1200) * 100 + f.top_ups;
  return f;
}

async function assess(h) {
  const facts = reckon(h);
  const { events } = await household.run(facts);
  const v = { dibao: false, dibao_keeps: false, marginal: false, marginal_keeps: false, medical: false, dibao_amount: facts.amount,
    nursing: [] };
  for (const e of events) v[e.type] = true;
  for (const m of h.members) {
    const found = await person.run({ alive: !h.closed && !m.dead, certificate: m.certificate, grade: m.grade, tekun: m.tekun });
    v.nursing.push(found.events.length > 0 ? NURSING[m.grade] : null);
  }
  return v;
}

const households = readHouseholds(process.argv[2], Number(process.argv[3]));
for (const h of households.slice(0, 200)) await assess(h); // warm
const start = process.cpuUsage();
const verdicts = [];
for (const h of households) verdicts.push(await assess(h));
const taken = process.cpuUsage(start);
console.log(JSON.stringify({ seconds: (taken.user + taken.system) / 1e6, sums: addUp(verdicts) }));
