// SPDX-License-Identifier: Apache-2.0
// What the page knows: the overview, the list of alerts as filtered, the names of regions, and how the connection stands.
import { computed, reactive, ref, watch } from 'vue';
import { get, Live } from './api.js';

const PAGE = window.matchMedia('(max-width: 760px)').matches ? 20 : 60; // on a phone the list is part of the page
const REFRESH_MS = 1000; // the overview at most this often, however much happens
const SOURCES_MS = 5000; // no stream tells of them, so they are asked for
const RETRY_S = [2, 5, 10, 20];

export const LEVELS = ['red', 'orange', 'yellow', 'blue'];
export const STATES = ['open', 'acknowledged', 'assigned', 'visited', 'referred', 'closed'];
export const KINDS = [
  'newly_qualifies', 'no_longer_qualifies', 'category_change', 'benefit_change', 'entitlement_not_drawn', 'hardship_warning',
  'member_change', 'data_conflict', 'overlap', 'aid_missing', 'review_due',
];

export const overview = ref(null);
export const readAt = ref(0);
export const regions = ref(null); // names by code; null: not read yet
export const sources = ref(null); // of the data; null: not read yet
export const away = computed(() => sources.value?.away ?? []); // stations that the service cannot hear
export const live = ref('connecting');
export const failure = reactive({ on: false, seconds: 0, tries: 0 });

export const filter = reactive({ levels: [], state: 'unclosed', region: '', kind: '', overdue: false });
export const list = reactive({ items: [], total: 0, more: false, next: null, loading: true, fresh: new Set(), waiting: [] });

export const day = computed(() => overview.value?.day ?? null);
export const isFiltered = computed(
  () => filter.levels.length > 0 || filter.state !== 'unclosed' || filter.region !== '' || filter.kind !== '' || filter.overdue,
);

export function resetFilter() {
  Object.assign(filter, { levels: [], state: 'unclosed', region: '', kind: '', overdue: false });
}

function params() {
  return {
    state: filter.state,
    level: filter.levels.join(','),
    region: filter.region,
    kind: filter.kind,
    overdue: filter.overdue ? 'true' : '',
  };
}

function matches(alert) {
  const states = filter.state === 'unclosed' ? alert.state !== 'closed' : filter.state === 'all' || alert.state === filter.state;
  return (
    states &&
    (filter.levels.length === 0 || filter.levels.includes(alert.level)) &&
    alert.region.startsWith(filter.region) &&
    (filter.kind === '' || alert.kind === filter.kind) &&
    (!filter.overdue || alert.overdue)
  );
}

// ---- failing and trying again ----

let countdown = null;

function failed() {
  failure.on = true;
  failure.seconds = RETRY_S[Math.min(failure.tries, RETRY_S.length - 1)];
  failure.tries += 1;
  clearInterval(countdown);
  countdown = setInterval(() => {
    failure.seconds -= 1;
    if (failure.seconds <= 0) retry();
  }, 1000);
}

function recovered() {
  clearInterval(countdown);
  Object.assign(failure, { on: false, tries: 0, seconds: 0 });
}

export function retry() {
  clearInterval(countdown);
  load();
}

// ---- the overview ----

let refreshing = null;
let refreshAgain = false;

async function loadOverview() {
  overview.value = await get('overview');
  readAt.value = Date.now();
}

/** Called for each hint of a change: reads at once, then not again before the interval is over. */
function refresh() {
  if (refreshing) {
    refreshAgain = true;
    return;
  }
  refreshing = setTimeout(() => {
    refreshing = null;
    if (refreshAgain) refresh();
  }, REFRESH_MS);
  refreshAgain = false;
  loadOverview().then(() => (listFailed ? load() : recovered()), failed);
}

// ---- the list ----

let asked = null;
let listFailed = false;

async function loadList() {
  asked?.abort();
  const mine = new AbortController();
  asked = mine;
  list.loading = true;
  try {
    const page = await get('alerts', { ...params(), limit: PAGE }, mine.signal);
    if (asked !== mine) return null;
    listFailed = false;
    list.fresh.clear();
    Object.assign(list, { items: page.alerts, total: page.total, more: page.more, next: page.next ?? null, waiting: [], loading: false });
    return page.seq;
  } catch (error) {
    if (mine.signal.aborted && asked !== mine) return null; // another question has been asked meanwhile
    listFailed = true;
    throw error; // still loading: what stands there answers another question
  }
}

export async function loadMore() {
  const before = asked;
  try {
    const page = await get('alerts', { ...params(), limit: PAGE, after: list.next });
    if (asked !== before) return;
    const known = new Set(list.items.map((item) => item.alert));
    list.items.push(...page.alerts.filter((item) => !known.has(item.alert)));
    Object.assign(list, { total: page.total, more: page.more, next: page.next ?? null });
  } catch {
    failed();
  }
}

/** Set by the list: may a row be put on top now, or is somebody reading? */
export const reading = ref(false);

export function showWaiting() {
  const rows = list.waiting.splice(0).filter(matches);
  for (const row of rows) list.fresh.add(row.alert);
  list.items.unshift(...rows.sort((a, b) => b.first_seq - a.first_seq));
}

function replace(rows, alert) {
  const at = rows.findIndex((row) => row.alert === alert.alert);
  if (at < 0 || rows[at].seq > alert.seq) return at >= 0;
  if (matches(alert)) {
    rows[at] = alert;
  } else {
    rows.splice(at, 1);
    list.total -= 1;
  }
  return true;
}

export const arrived = ref(null); // for the screen reader's ear

function onAlert(alert) {
  if (replace(list.items, alert) || replace(list.waiting, alert) || !matches(alert)) return;
  const newest = list.items[0]?.first_seq ?? 0;
  const oldest = list.items.at(-1)?.first_seq ?? 0;
  list.total += 1;
  if (alert.first_seq > newest) {
    list.waiting.push(alert);
    arrived.value = alert;
    if (!reading.value) showWaiting();
  } else if (!list.more || alert.first_seq > oldest) {
    // one that comes back to this filter stands where it belongs
    const at = list.items.findIndex((row) => row.first_seq < alert.first_seq);
    list.items.splice(at < 0 ? list.items.length : at, 0, alert);
  }
}

watch(reading, (busy) => {
  if (!busy) showWaiting();
});

watch(filter, () => loadList().catch(failed));

// ---- everything ----

const stream = new Live({
  state: (state) => {
    if (state === 'live' && live.value !== 'live') refresh();
    live.value = state;
  },
  alert: onAlert,
  changed: refresh,
  reset: () => load(),
});

async function loadRegions() {
  regions.value = await get('regions');
}

let asking = null;

/** What was read stays while the service is away: the banner says so. */
async function loadSources() {
  clearTimeout(asking);
  try {
    sources.value = await get('sources');
  } finally {
    clearTimeout(asking);
    asking = setTimeout(() => loadSources().catch(() => {}), SOURCES_MS);
  }
}

export async function load() {
  try {
    const [seq] = await Promise.all([loadList(), loadOverview(), loadRegions(), loadSources()]);
    recovered();
    if (seq != null) stream.open(seq);
  } catch {
    failed();
  }
}

// ---- names ----

/** Undefined for a code without a name; null as long as the names have not come. */
export function regionName(code) {
  return regions.value ? regions.value[code] : null;
}
