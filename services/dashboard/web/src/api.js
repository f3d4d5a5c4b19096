// SPDX-License-Identifier: Apache-2.0

export class Failure extends Error {
  constructor(status, code) {
    super(code);
    this.status = status;
    this.code = code;
  }
}

const TIMEOUT_MS = 15000;

/** GET of a JSON route; throws Failure with the service's code, or "unreachable". */
export async function get(path, params = {}, signal) {
  const query = new URLSearchParams(Object.entries(params).filter(([, value]) => value !== '' && value != null));
  const text = query.toString();
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), TIMEOUT_MS);
  signal?.addEventListener('abort', () => abort.abort(), { once: true });
  try {
    const response = await fetch(`/api/${path}${text ? `?${text}` : ''}`, { signal: abort.signal, headers: { Accept: 'application/json' } });
    const body = await response.json();
    if (!response.ok) throw new Failure(response.status, body.code ?? 'internal');
    return body;
  } catch (error) {
    if (error instanceof Failure || signal?.aborted) throw error;
    throw new Failure(0, 'unreachable');
  } finally {
    clearTimeout(timer);
  }
}

const FIRST_WAIT_MS = 1000;
const LAST_WAIT_MS = 15000;
const SILENCE_MS = 25000; // the service beats every ten seconds

/**
 * The live stream.  It comes back by itself, from the last place it had read; `on` is told {state, alert, changed, reset}.
 * The browser's own reconnecting gives up on an error status, and does not notice a line that went silent: hence the timers.
 */
export class Live {
  constructor(on) {
    this.on = on;
    this.seq = null;
    this.waitMs = FIRST_WAIT_MS;
  }

  open(seq) {
    this.close();
    if (seq != null) this.seq = Number(seq);
    const source = new EventSource(`/api/events${this.seq == null ? '' : `?after=${this.seq}`}`);
    this.source = source;
    this.watch();
    source.onopen = () => {
      this.waitMs = FIRST_WAIT_MS;
      this.watch();
      this.on.state('live');
    };
    source.onerror = () => this.again();
    const listen = (name, handle) =>
      source.addEventListener(name, (event) => {
        this.watch();
        if (event.lastEventId) this.seq = Number(event.lastEventId);
        handle(JSON.parse(event.data));
      });
    listen('alert', (data) => this.on.alert(data));
    listen('changed', () => this.on.changed());
    listen('reset', () => this.on.reset());
    listen('beat', (data) => this.on.state(data.live ? 'live' : 'stale'));
  }

  watch() {
    clearTimeout(this.silence);
    this.silence = setTimeout(() => this.again(), SILENCE_MS);
  }

  again() {
    this.close();
    this.on.state('reconnecting');
    this.retry = setTimeout(() => this.open(), this.waitMs);
    this.waitMs = Math.min(this.waitMs * 2, LAST_WAIT_MS);
  }

  close() {
    clearTimeout(this.silence);
    clearTimeout(this.retry);
    this.source?.close();
    this.source = null;
  }
}
