/**
 * A client's clock: how many jobs of the client have started, which is the time that intervals between uses are counted in;
 * and how long the client usually rests while others run. Four words beside the client's account.
 *
 * As the history of a buffer (history.ts): hints, any combination decodes, the functions work on a copy.
 */
import { unwrapped } from './history.ts';

/** Jobs of this client that have started. */
export const L_TIME = 0;
/** Time of the space when its latest job started. */
export const L_STARTED_AT = 1;
/** How long it usually rests between two runs of jobs, in jobs of all clients, times 256. */
export const L_REST = 2;
/** Words of a clock; the last is spare. */
export const CLOCK_WORDS = 4;

const restUnit = 256;
/** Weight of the newest rest. */
const restGain = 0.2;

/** Notes that a job of this client starts. `spaceTime`: how many jobs of all clients have started, this one included. */
export function noteJob(words: Int32Array, spaceTime: number): void {
  const pause = (spaceTime - (words[L_STARTED_AT] ?? 0)) | 0;
  const rest = (words[L_REST] ?? 0) / restUnit;
  const isResting = (words[L_TIME] ?? 0) !== 0 && pause > 1;
  if (isResting) words[L_REST] = Math.round((rest === 0 ? pause : rest + restGain * (pause - rest)) * restUnit);
  words[L_STARTED_AT] = spaceTime | 0;
  words[L_TIME] = ((words[L_TIME] ?? 0) + 1) | 0;
}

/** How long until this client's next job, in jobs of all clients: 0 if it runs now. */
export function restOf(words: Int32Array, spaceTime: number): number {
  const idle = spaceTime - unwrapped(words[L_STARTED_AT] ?? 0, spaceTime);
  return idle <= 0 ? 0 : Math.max(idle, (words[L_REST] ?? 0) / restUnit);
}
