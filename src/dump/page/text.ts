/** Words and numbers of the page. Everything that a dump says in words goes through `safe`: a label may hold anything. */

export { printBytes } from '../../base/units.ts';

/** Of labels, as many characters are shown; the whole is in the tooltip. */
const shownMax = 48;

export function safe(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** A label, escaped, and shortened in the middle if it is long: names that are numbered differ at their end. */
export function labelText(label: string): string {
  if (label.length <= shownMax) return safe(label);
  const half = shownMax / 2;
  const short = `${label.slice(0, half)}…${label.slice(-half)}`;
  return `<span title="${safe(label)}">${safe(short)}</span>`;
}

/** `1 buffer`, `12,000 buffers`. */
export function count(number: number, noun: string): string {
  return `${grouped(number)} ${noun}${number === 1 ? '' : 's'}`;
}

export function grouped(number: number): string {
  return String(Math.round(number)).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** `12.5 ms`, `3.20 s`, `2 min 5 s`: of a time since the space was made, or between two. */
export function printMs(ms: number): string {
  if (ms < 1000) return `${ms < 10 ? ms.toFixed(2) : ms.toFixed(1)} ms`;
  const seconds = ms / 1000;
  if (seconds < 120) return `${seconds.toFixed(2)} s`;
  return `${grouped(Math.floor(seconds / 60))} min ${Math.floor(seconds % 60)} s`;
}

/** For coordinates: no more digits than a screen shows. */
export function short(number: number): string {
  return String(Math.round(number * 1000) / 1000);
}
