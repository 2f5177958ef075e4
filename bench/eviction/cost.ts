/** What a policy costs by itself: a stream of jobs over n buffers, half of which fit, without anything else. */
import { CLOCK_WORDS, L_TIME, noteJob } from '#fenceline/memory/policy/client-clock.js';
import { HISTORY_WORDS, noteUse, resetHistory } from '#fenceline/memory/policy/history.js';
import type { ReplacementPolicy } from '#fenceline/memory/policy/policy.js';
import { randomOf, zipfOf } from './random.ts';
import { at } from './trace.ts';

/** Buffers a job uses. */
export const usesPerJob = 4;

/** Jobs that are run again and again; every second one uses what comes next, the others what is popular. */
const jobsMade = 4096;

export interface Stream {
  /** Runs the next jobs. Outcomes: buffers that were evicted. */
  run(jobs: number): number;
}

/** Prepares n buffers of one size, of which half fit. `policy`: a new one. */
export function streamOf(policy: ReplacementPolicy, count: number): Stream {
  const random = randomOf(count);
  const popular = zipfOf(count, 0.8, random);
  const made: number[][] = [];
  for (let job = 0, next = 0; job < jobsMade; job++) {
    const buffers = new Set<number>();
    while (buffers.size < Math.min(usesPerJob, count)) buffers.add(job % 2 === 0 ? next++ % count : popular());
    made.push([...buffers]);
  }
  const histories = Array.from({ length: count }, () => {
    const history = new Int32Array(HISTORY_WORDS);
    resetHistory(history);
    return history;
  });
  const isHere = new Uint8Array(count);
  const clock = new Int32Array(CLOCK_WORDS);
  const fits = Math.max(usesPerJob, count >> 1);
  const victims: number[] = [];
  let [now, here] = [0, 0];
  const runOne = (buffers: readonly number[]): number => {
    noteJob(clock, ++now);
    policy.updateClient(0, clock, buffers);
    let missing = here - fits;
    for (const buffer of buffers) {
      if (isHere[buffer] === 1) policy.hold(buffer);
      else missing++;
    }
    victims.length = 0;
    if (missing > 0) policy.choose(missing, now, victims);
    for (const victim of victims) {
      policy.remove(victim);
      isHere[victim] = 0;
    }
    here -= victims.length;
    for (const buffer of buffers) {
      if (isHere[buffer] === 0) {
        isHere[buffer] = 1;
        here++;
      }
      const history = at(histories, buffer);
      noteUse(history, 0, at(clock, L_TIME), now);
      policy.update(buffer, history);
      policy.release(buffer);
    }
    return victims.length;
  };
  for (let first = 0; first < count; first += usesPerJob) {
    runOne(Array.from({ length: Math.min(usesPerJob, count - first) }, (_, which) => first + which));
  }
  let job = 0;
  return {
    run: (jobs) => {
      let evicted = 0;
      for (let done = 0; done < jobs; done++) evicted += runOne(at(made, job++ % jobsMade));
      return evicted;
    },
  };
}
