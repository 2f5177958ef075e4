/**
 * How long nothing runs although jobs are queued, where what they read does not fit: with idle workers that bring back what
 * the next jobs need, and without (DEBUG_NOT_AHEAD: each job's buffers are brought when it is admitted, by whoever looks first).
 *
 * A chain: each job updates the same notes and reads the next of twelve layers, of which five fit; two workers, so one is idle. The
 * median of its gaps: most of the others are the machine's. Beside it the same where all layers fit: that much is handing on.
 * Behind a lock: four such jobs are queued while a transaction has the lock of the notes; counted from when it gives it back.
 */
import { Space, workers } from 'fenceline';
import { DEBUG_NOT_AHEAD, H_DEBUG } from '#fenceline/base/layout.js';
import { store } from '#fenceline/cells/cell.js';
import { coreOf } from '#fenceline/space.js';
import { costRow, interleave, spreadOf, type Timed } from '../rounds.ts';
import type { Row, Scale } from '../row.ts';
import type kernels from '../threads/step.kernels.ts';

const parameters = {
  smoke: { rounds: 2, warmups: 1, layerBytes: 2 ** 16, deviceMs: 0.2, laps: 1, lockedMs: 2 },
  full: { rounds: 41, warmups: 4, layerBytes: 2 ** 20, deviceMs: 2, laps: 2, lockedMs: 10 },
};
const layerCount = 12;
const fitting = 5;
const behindLock = 4;
const noteCount = 128;

export default async function rows(scale: Scale): Promise<readonly Row[]> {
  const { rounds, warmups } = parameters[scale];
  const [bench, ample] = [await open(scale, fitting), await open(scale, layerCount)];
  const chain = await interleave(
    [
      { name: 'ours', run: () => bench.chain(true) },
      { name: 'without', run: () => bench.chain(false) },
      { name: 'resident', run: () => ample.chain(true) },
    ],
    rounds,
    warmups,
  );
  const locked = await interleave(
    [
      { name: 'ours', run: () => bench.locked(true) },
      { name: 'without', run: () => bench.locked(false) },
    ],
    rounds,
    warmups,
  );
  await bench.close();
  await ample.close();
  const against = 'without idle workers that copy';
  const what = 'nothing runs between two jobs of a chain, 2.4 x its memory';
  return [
    costRow(chain, 'ours', 'without', { what, against }),
    costRow(chain, 'ours', 'resident', { what, against: 'where all of it fits' }),
    costRow(locked, 'ours', 'without', { what: 'nothing runs, per job of four that waited for a lock', against }),
  ];
}

async function open(scale: Scale, fits: number) {
  const { layerBytes, deviceMs, laps, lockedMs } = parameters[scale];
  const space = Space.create({
    budgetBytes: fits * layerBytes + 8 * noteCount,
    swap: { sizeBytes: (layerCount + 1) * layerBytes },
  });
  const module = new URL('../threads/step.kernels.js', import.meta.url);
  const pool = await workers<typeof kernels>(space, module, { count: 2 });
  await pool.ready;
  const notes = space.buffer('f64', [noteCount]);
  const layers = Array.from({ length: layerCount }, () => space.buffer('u32', [layerBytes / 4]));
  for (const [index, layer] of layers.entries()) await layer.set(new Uint32Array(layerBytes / 4).fill(index + 1));
  let next = 0;
  const submit = (count: number) => {
    const jobs = Array.from({ length: count }, (_, at) => {
      // An index below their count.
      const layer = layers[(next + at) % layerCount] as (typeof layers)[0];
      return pool.run.step({ notes, layer, deviceMs });
    });
    next += count;
    return Promise.all(jobs.map((job) => job.wait()));
  };
  const begin = async (isAhead: boolean): Promise<void> => {
    store(coreOf(space).agent.words, H_DEBUG, isAhead ? 0 : DEBUG_NOT_AHEAD);
    await notes.set(new Float64Array(noteCount));
  };
  return {
    chain: async (isAhead: boolean): Promise<Timed> => {
      await begin(isAhead);
      next = 0;
      await submit(laps * layerCount);
      return stallOf(await notes.get(), undefined);
    },
    locked: async (isAhead: boolean): Promise<Timed> => {
      await begin(isAhead);
      let jobs: Promise<unknown> = Promise.resolve();
      let openedAt = 0;
      // All are swapped out, then others fill the memory: those that the lock is in the way of are outside.
      const budgetBytes = space.budgetBytes;
      space.budgetBytes = 8 * noteCount;
      space.budgetBytes = budgetBytes;
      next = 0;
      await submit(layerCount - behindLock);
      await notes.set(new Float64Array(noteCount));
      next = layerCount - behindLock;
      await space.transaction(async (tx) => {
        await tx.lock(notes);
        jobs = submit(behindLock);
        await new Promise((resolve) => setTimeout(resolve, lockedMs));
        openedAt = performance.timeOrigin + performance.now();
      });
      await jobs;
      return stallOf(await notes.get(), openedAt);
    },
    close: () => space.close(),
  };
}

/** The time in which no job ran: from `since`, per job, the mean; without it, between one and the next, the median. */
function stallOf(notes: Float64Array, since: number | undefined): Timed {
  const [count = 0, result] = notes;
  const gaps: number[] = [];
  for (let job = 0; job < count; job++) {
    const endBefore = job === 0 ? since : notes[1 + 2 * job];
    if (endBefore !== undefined) gaps.push(((notes[2 + 2 * job] as number) - endBefore) * 1e6);
  }
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  return { nsPerOperation: since === undefined ? spreadOf(gaps).median : mean, result };
}
