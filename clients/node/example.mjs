// SPDX-License-Identifier: Apache-2.0
// node example.mjs ENDPOINT INTAKE.key OWN.key_secret DATASET FILE.ndjson: publishes a file, prints what was refused.
import { readFileSync } from 'node:fs'
import { Department } from './plimsoll.mjs'

const [endpoint, serverKey, ownKey, dataset, path] = process.argv.slice(2)
const department = new Department(endpoint, serverKey, ownKey)
const records = readFileSync(path, 'utf8').split('\n').filter(line => line.trim()).map(line => JSON.parse(line))
for (let at = 0; at < records.length; at += 5000) {
  const receipt = await department.publish(dataset, records.slice(at, at + 5000), { id: `${path}/${at}` })
  console.log(`${receipt.batch}: ${receipt.accepted} accepted, ${receipt.rejected} rejected`)
  for (const error of receipt.errors) console.log(`  record ${at + error.index}${error.pointer}: ${error.message}`)
}
department.close()
