// SPDX-License-Identifier: Apache-2.0
// Dates are business dates, without time or zone: they are read and shown in UTC throughout.
import { lang, locale, t } from './i18n.js';

const DAY_MS = 86400000;

export function number(n) {
  return new Intl.NumberFormat(locale.value).format(n);
}

// What a terminal obeys instead of showing it: U+0000 to U+001F, U+007F to U+009F.
const CONTROL = /\p{Cc}/gu;

function octal(character) {
  return [...new TextEncoder().encode(character)].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
}

/** Any text as one word of a shell's command line (bash, zsh, ksh), harmless to the terminal that it is pasted into. */
export function shellWord(text) {
  if (/^[A-Za-z0-9_@%+=:,./-]+$/.test(text)) return text;
  if (text.search(CONTROL) < 0) return `'${text.replaceAll("'", `'"'"'`)}'`;
  return `$'${text.replace(/['\\]/g, '\\$&').replace(CONTROL, octal)}'`;
}

/** What an operator types about a whole list that waits: `answer` accept or refuse.  What begins with -- would be an option. */
export function confirmCommand(list, answer) {
  return `plimsoll confirm ${list.dataset} --${answer} ${list.snapshot.startsWith('--') ? '-- ' : ''}${shellWord(list.snapshot)}`;
}

/** "612.00" → "612", "85.50" → "85.50" */
export function money(text) {
  const value = Number(text);
  const digits = Number.isInteger(value) ? 0 : 2;
  return new Intl.NumberFormat(locale.value, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);
}

/** "0.2582" → "25.8%" */
export function share(text) {
  const value = Math.abs(Number(text));
  return new Intl.NumberFormat(locale.value, { style: 'percent', maximumFractionDigits: value < 0.01 ? 2 : 1 }).format(value);
}

function utc(date) {
  return new Date(`${date}T00:00:00Z`);
}

export function longDate(date) {
  return new Intl.DateTimeFormat(locale.value, { dateStyle: 'long', timeZone: 'UTC' }).format(utc(date));
}

/** Without the year when it is the business day's. */
export function shortDate(date, day) {
  const parts = { month: lang.value === 'zh' ? 'long' : 'short', day: 'numeric', timeZone: 'UTC' };
  if (!day || day.slice(0, 4) !== date.slice(0, 4)) parts.year = 'numeric';
  return new Intl.DateTimeFormat(locale.value, parts).format(utc(date));
}

export function monthName(month) {
  return new Intl.DateTimeFormat(locale.value, { month: 'short', timeZone: 'UTC' }).format(utc(`${month}-01`));
}

/** Of a time with zone: the day and the time of day here. */
export function moment(text) {
  return new Intl.DateTimeFormat(locale.value, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(text));
}

export function clock(ms) {
  return new Intl.DateTimeFormat(locale.value, { timeStyle: 'short' }).format(ms);
}

export function daysBetween(from, to) {
  return Math.round((utc(to) - utc(from)) / DAY_MS);
}

/** What the deadline of an alert means on the business day; nothing once somebody has been there. */
export function dueText(alert, day) {
  if (!day || !['open', 'acknowledged', 'assigned'].includes(alert.state)) return '';
  const left = daysBetween(day, alert.due);
  if (left < 0) return t('due.late', { n: -left });
  if (alert.overdue) return t('due.lateToday');
  return left === 0 ? t('due.today') : t('due.left', { n: left });
}

/** The sum that matters in a list: what would be added, what is paid without right, or from → to. */
export function moneyText(alert) {
  const assessed = alert.monthly_money;
  const paid = alert.enrolled_money;
  if (alert.kind === 'no_longer_qualifies') return paid ? `−${money(paid)}` : '';
  if (assessed && paid && assessed !== paid) return `${money(paid)} → ${money(assessed)}`;
  if (assessed) return `+${money(assessed)}`;
  return paid ? money(paid) : '';
}
