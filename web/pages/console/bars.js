import { el } from '../shared/dom.js';

/**
 * A list of bars, each with its number.
 * @param {{label: HTMLElement, value: number, note?: string}[]} rows
 * @param {number} full the value of a bar that goes all the way
 * @param {string} voice
 */
export function bars(rows, full, voice) {
  return el('ul', { class: `bars ${voice}` }, rows.map(({ label, value, note }) => {
    const bar = el('span', { class: 'bar', 'aria-hidden': 'true' });
    bar.style.setProperty('--share', String(full > 0 ? Math.min(1, value / full) : 0));
    return el('li', {}, label, bar, el('b', {}, value.toLocaleString('en-GB')), note !== undefined && el('small', {}, note));
  }));
}
