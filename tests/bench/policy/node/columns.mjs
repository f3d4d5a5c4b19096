// SPDX-License-Identifier: Apache-2.0
// The columns as households, and what every opponent must find.
import { readFileSync } from 'node:fs';

const NUMBERS = ['wage', 'business', 'property', 'transfer', 'pension', 'vehicle', 'deposit', 'medical', 'grade'];
const FLAGS = ['certificate', 'dead', 'tekun'];
const OF_HOUSEHOLD = ['urban', 'closed', 'ever_wage', 'ever_business', 'ever_property', 'ever_transfer', 'ever_pension'];

export function readHouseholds(folder, n) {
  const file = (name) => {
    const b = readFileSync(`${folder}/${name}`);
    return b.buffer.slice(b.byteOffset, b.byteOffset + b.length - (b.length % 8));
  };
  const first = new Uint32Array(file('first'));
  const numbers = NUMBERS.map((name) => [name, new BigInt64Array(file(name))]);
  const flags = FLAGS.map((name) => [name, new Uint8Array(file(name))]);
  const own = OF_HOUSEHOLD.map((name) => [name, new Uint8Array(file(name))]);
  const households = [];
  for (let h = 0; h < n; h++) {
    const household = { members: [] };
    for (const [name, column] of own) household[name] = column[h] === 1;
    for (let m = first[h]; m < first[h + 1]; m++) {
      const member = {};
      for (const [name, column] of numbers) member[name] = Number(column[m]);
      for (const [name, column] of flags) member[name] = column[m] === 1;
      household.members.push(member);
    }
    households.push(household);
  }
  return households;
}

// verdicts: { dibao, dibao_keeps, marginal, marginal_keeps, medical: true, false or null, dibao_amount, nursing: [amount or null] }
export function addUp(all) {
  const sums = { dibao: 0, dibao_amount: 0, dibao_keeps: 0, marginal: 0, marginal_keeps: 0, nursing: 0, nursing_amount: 0,
    medical: 0 };
  for (const v of all) {
    for (const name of ['dibao', 'dibao_keeps', 'marginal', 'marginal_keeps', 'medical']) if (v[name] === true) sums[name]++;
    if (v.dibao === true) sums.dibao_amount += v.dibao_amount;
    for (const amount of v.nursing)
      if (amount !== null) {
        sums.nursing++;
        sums.nursing_amount += amount;
      }
  }
  return sums;
}
