// SPDX-License-Identifier: Apache-2.0
// Publishing to Plimsoll as a department.
//
//   import { Department } from './plimsoll.mjs'
//   const hrss = new Department('tcp://intake.example:7100', 'intake.key', 'hrss.key_secret')
//   const receipt = await hrss.publish('hrss.wages', [{ resident_id: …, employer: …, month: '2024-03', amount: '1800.00' }])
//
// A batch is sent until there is a receipt: what got no answer is sent again under the same id, which counts nothing twice.
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { Dealer } from 'zeromq'

const BATCH_MAX = 10000

/** The whole batch is refused: `code`, `pointer`, and a message that says what to do. */
export class Refused extends Error {
  constructor (data) {
    super(`${data.code}: ${data.message}`)
    Object.assign(this, { code: data.code, pointer: data.pointer, data })
  }
}

/** No receipt within the time. The batch may have arrived: publish it again with the same id. */
export class NoAnswer extends Error {}

export function readKey (path) {
  return Object.fromEntries([...readFileSync(path, 'utf8').matchAll(/^\s*([\w-]+)\s*=\s*"([^"]*)"/gm)].map(m => [m[1], m[2]]))
}

export class Department {
  #endpoint; #own; #server; #socket = null; #busy = Promise.resolve()

  /** `serverKey` is intake.key of the installation, `ownKey` your .key_secret; `timeout` in milliseconds, for one batch. */
  constructor (endpoint, serverKey, ownKey, { department, timeout = 60000 } = {}) {
    this.#endpoint = endpoint
    this.#server = readKey(serverKey)
    this.#own = readKey(ownKey)
    this.department = department ?? this.#own.department
    this.timeout = timeout
    if (!this.department) throw new Error(`${ownKey} does not name the department: give it as { department }`)
  }

  close () {
    this.#socket?.close()
    this.#socket = null
  }

  /** Sends one batch and resolves to its receipt. `id` names it for ever: choose one that your own system can find again.
   *  Rejects with Refused or NoAnswer. Batches go one after the other, in the order of the calls. */
  publish (dataset, records, { id = randomUUID(), declared, snapshot } = {}) {
    if (records.length > BATCH_MAX) return Promise.reject(new RangeError(`a batch has at most ${BATCH_MAX} records: send several`))
    const event = {
      specversion: '1.0', id, source: `/departments/${this.department}`, type: 'plimsoll.feed.batch.v1', subject: dataset,
      time: new Date().toISOString(), datacontenttype: 'application/json', data: { records, declared, snapshot }
    }
    const answer = this.#busy.then(() => this.#ask(event))
    this.#busy = answer.catch(() => {})
    return answer
  }

  #connect () {
    this.close()
    this.#socket = new Dealer({
      curveServerKey: this.#server['public-key'], curvePublicKey: this.#own['public-key'], curveSecretKey: this.#own['secret-key'],
      linger: 0
    })
    this.#socket.connect(this.#endpoint)
  }

  async #ask (event) {
    const frame = JSON.stringify(event)
    const end = Date.now() + this.timeout
    for (let wait = 1000; ;) {
      if (!this.#socket) this.#connect()
      await this.#socket.send(frame)
      const reply = await this.#receive(event.id, Math.min(Date.now() + wait, end))
      if (reply && reply.type !== 'plimsoll.error.v1') return reply.data
      if (reply && !['busy', 'not_ready'].includes(reply.data.code)) throw new Refused(reply.data)
      if (Date.now() >= end) {
        throw new NoAnswer(reply ? `${reply.data.code}: ${reply.data.message}`
          : `no receipt of batch ${event.id} within ${this.timeout / 1000} s; is the key registered and valid?`)
      }
      if (reply) {
        await pause(Math.min(reply.data.retry_after_ms, Math.max(0, end - Date.now())))
      } else {
        wait = Math.min(wait * 2, 15000)
        this.#connect()
      }
    }
  }

  async #receive (id, until) {
    while (Date.now() < until) {
      this.#socket.receiveTimeout = Math.max(1, until - Date.now())
      let frames
      try {
        frames = await this.#socket.receive()
      } catch (error) {
        if (error.code === 'EAGAIN') return null
        throw error
      }
      const reply = JSON.parse(frames.at(-1).toString())
      if (reply.causationid === id) return reply
    }
    return null
  }
}
