/**
 * What the intervals between a buffer's uses say by themselves: whether they repeat, and what is usual. Pure arithmetic
 * over a history (history.ts).
 */
import { countOf, intervalOf, intervalsMax } from './history.ts';

/** The longest pattern that is recognised: forward and backward sweeps, and an optimiser's, make one of three. */
const periodMax = 4;
/** Two intervals are alike if they differ by at most this share of the longer one, and half a job. */
const tolerance = 0.25;

const sorted: Float64Array = new Float64Array(intervalsMax);

/**
 * The interval that comes next if those remembered repeat with the shortest period of 1 to 4 that fits. A single interval
 * is taken to repeat. Outcomes: an interval, or 0: none is remembered, or they do not repeat.
 */
export function repeatedInterval(history: Int32Array): number {
  const count = countOf(history);
  if (count === 0) return 0;
  if (count === 1) return intervalOf(history, 0);
  for (let period = 1; period <= periodMax && period < count; period++) {
    if (repeats(history, period, Math.min(count - period, period + 1))) return intervalOf(history, period - 1);
  }
  return 0;
}

/** The median of the intervals remembered: one long pause ruins a mean. Outcomes: 0 if there are none. */
export function usualInterval(history: Int32Array): number {
  const count = countOf(history);
  for (let age = 0; age < count; age++) {
    const interval = intervalOf(history, age);
    let at = age;
    for (; at > 0 && (sorted[at - 1] as number) > interval; at--) sorted[at] = sorted[at - 1] as number;
    sorted[at] = interval;
  }
  if (count === 0) return 0;
  const half = count >> 1;
  // Below the count; with an odd count both are the middle one.
  return ((sorted[half] as number) + (sorted[count % 2 === 1 ? half : half - 1] as number)) / 2;
}

/** The newest `pairs` intervals are like those a period before. */
function repeats(history: Int32Array, period: number, pairs: number): boolean {
  for (let age = 0; age < pairs; age++) {
    const newer = intervalOf(history, age);
    const older = intervalOf(history, age + period);
    if (Math.abs(newer - older) > tolerance * Math.max(newer, older) + 0.5) return false;
  }
  return true;
}
