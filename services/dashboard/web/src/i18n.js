// SPDX-License-Identifier: Apache-2.0
import { computed, ref, watchEffect } from 'vue';
import en from './words.en.js';
import zh from './words.zh.js';

const KEY = 'plimsoll.lang';
const tables = { zh, en };

function remembered() {
  try {
    const lang = localStorage.getItem(KEY);
    if (lang in tables) return lang;
  } catch {
    // storage may be forbidden: the choice then lasts as long as the page
  }
  return navigator.language?.startsWith('en') ? 'en' : 'zh';
}

export const lang = ref(remembered());
export const locale = computed(() => (lang.value === 'zh' ? 'zh-CN' : 'en-GB'));

export function setLang(value) {
  lang.value = value;
  try {
    localStorage.setItem(KEY, value);
  } catch {
    // as above
  }
}

watchEffect(() => {
  document.documentElement.lang = locale.value;
});

/** t('due.left', { n: 3 }) → text of the chosen language; a key without text shows itself. */
export function t(key, values = {}) {
  const text = key.split('.').reduce((node, part) => node?.[part], tables[lang.value]);
  if (typeof text === 'function') return text(values);
  if (typeof text !== 'string') return key.slice(key.lastIndexOf('.') + 1);
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/** A name {zh, en} as it is read now, else what stands in for it. */
export function named(name, otherwise) {
  return name?.[lang.value] || name?.zh || otherwise;
}

/** A word whose key may hold dots, such as a dataset's name. */
export function word(table, key) {
  return tables[lang.value][table][key] ?? key;
}
