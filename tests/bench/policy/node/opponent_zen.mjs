// SPDX-License-Identifier: Apache-2.0
// opponent_zen.mjs DIR HOUSEHOLDS: bench.yaml with @gorules/zen-engine: one expression node that loops over a batch of
// households, compiled once; a batch is one call, so that crossing between the languages costs little.
import { ZenEngine } from '@gorules/zen-engine';
import { addUp, readHouseholds } from './columns.mjs';

const BATCH = 100;
// No lists in between: what an expression gives is carried back to JavaScript.
const COUNTED = 'not closed and not #.dead and not #.tekun';
const expressions = [
  ['known', 'ever_wage or ever_business or ever_property or ever_transfer or ever_pension'],
  ['n', `count(members, ${COUNTED})`],
  ['standard', 'urban ? 79000 : 76000'],
  ['income', `max([0, sum(map(members, ${COUNTED} ? #.wage - floor((#.wage + 5) / 10) + #.business + #.property + #.transfer + #.pension : 0))])`],
  ['line', '12 * $.standard * $.n'],
  ['ok', '$.known and $.n > 0 and (closed or sum(map(members, #.vehicle)) == 0 and sum(map(members, #.deposit)) <= 2 * $.line)'],
  ['dibao', '$.ok and $.income < $.line'],
  ['dibao_keeps', '$.ok and $.income * 100 < $.line * 103'],
  ['marginal_keeps', '$.ok and $.income * 2 < $.line * 3'],
  ['marginal', '$.marginal_keeps and not $.dibao'],
  ['severe', `count(members, ${COUNTED} and #.certificate and #.grade <= 2)`],
  ['dibao_amount', 'ceil(($.line - $.income) / 1200) * 100 + $.severe * (urban ? 31600 : 30400)'],
  ['medical', 'sum(map(members, closed or #.dead ? 0 : #.medical)) >= 2000000'],
  ['nursing', `map(members, ${COUNTED} and #.certificate and #.grade <= 2 ? (#.grade == 1 ? 17000 : 12000) : null)`],
];
const node = (id, type, content) => ({ id, type, name: id, position: { x: 0, y: 0 }, content });
const graph = {
  nodes: [
    node('in', 'inputNode'),
    node('rules', 'expressionNode', {
      expressions: expressions.map(([key, value]) => ({ id: key, key, value })),
      passThrough: false, inputField: 'households', outputPath: 'verdicts', executionMode: 'loop',
    }),
    node('out', 'outputNode'),
  ],
  edges: [{ id: 'a', sourceId: 'in', targetId: 'rules', type: 'edge' }, { id: 'b', sourceId: 'rules', targetId: 'out', type: 'edge' }],
};

const households = readHouseholds(process.argv[2], Number(process.argv[3]));
const decision = new ZenEngine().createDecision(Buffer.from(JSON.stringify(graph)));
await decision.evaluate({ households: households.slice(0, BATCH) }); // warm
const start = process.cpuUsage();
const verdicts = [];
for (let at = 0; at < households.length; at += BATCH) {
  const { result } = await decision.evaluate({ households: households.slice(at, at + BATCH) });
  for (const v of result.verdicts) verdicts.push(v);
}
const taken = process.cpuUsage(start);
console.log(JSON.stringify({ seconds: (taken.user + taken.system) / 1e6, sums: addUp(verdicts) }));
