/** Tiny jobs with two buffers, 64 in flight, two threads: the cost of a job that does nearly nothing. */

import type { Contender } from '../contenders.ts';
import { comlinkPool, fencelinePool, piscinaPool, threadsPool, workerpoolPool } from '../contenders.ts';
import type { Candidate } from '../rounds.ts';
import { interleave, speedRow, timedAsync } from '../rounds.ts';
import type { Row, Scale } from '../row.ts';
import { jobBytes } from '../threads/add.ts';

const parameters = {
  smoke: { rounds: 2, warmups: 1, jobs: 256 },
  full: { rounds: 21, warmups: 4, jobs: 1280 },
};
export const inFlight = 64;
const threads = 2;

export default async function rows(scale: Scale): Promise<readonly Row[]> {
  const { rounds, warmups, jobs } = parameters[scale];
  const sources = Array.from({ length: inFlight }, (_, pair) => sourceOf(pair));
  const contenders: Contender[] = [];
  for (const open of [fencelinePool, piscinaPool, workerpoolPool, threadsPool, comlinkPool]) {
    contenders.push(await open(threads, sources));
  }
  const measured = await interleave(
    contenders.map((contender) => candidateOf(contender, jobs, sources)),
    rounds,
    warmups,
  );
  for (const { close } of contenders) await close();
  return contenders.slice(1).map(({ name }) =>
    speedRow(measured, 'ours', name, 'jobs/s', {
      what: `tiny jobs, two buffers, ${inFlight} in flight`,
      against: name,
      goal: { atLeast: 3 },
    }),
  );
}

/** Every pair of buffers has its own jobs, one after the other. */
function candidateOf({ name, run, targets }: Contender, jobs: number, sources: readonly Uint8Array[]): Candidate {
  const perPair = jobs / sources.length;
  return {
    name,
    run: async () => {
      const before = await targets();
      const lane = async (pair: number): Promise<void> => {
        for (let i = 0; i < perPair; i++) await run(pair);
      };
      const timed = await timedAsync(jobs, () => Promise.all(sources.map((_, pair) => lane(pair))));
      const after = await targets();
      return { ...timed, result: after.map((bytes, pair) => differencesOf(before[pair] ?? bytes, bytes)) };
    },
  };
}

/** What was added: tells how often each job ran. */
function differencesOf(before: Uint8Array, after: Uint8Array): number[] {
  return [...after].map((byte, at) => (byte - (before[at] ?? 0)) & 255);
}

function sourceOf(pair: number): Uint8Array {
  return Uint8Array.from({ length: jobBytes }, (_, at) => pair * 3 + at + 1);
}
