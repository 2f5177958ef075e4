/** Callbacks that are added and then called once, all at once: by a fence, by an EventEmitter, by RxJS. */
import { EventEmitter } from 'node:events';
import { Space } from 'fenceline';
import { type Timeline, timeline } from 'fenceline/sync';
import { Subject, take } from 'rxjs';
import type { Candidate } from '../rounds.ts';
import { costRow, interleave, timedAsync } from '../rounds.ts';
import type { Row, Scale } from '../row.ts';

const parameters = {
  smoke: { rounds: 3, warmups: 1, callbacks: 1000, sizes: [1, 100] },
  full: { rounds: 31, warmups: 3, callbacks: 20_000, sizes: [1, 100, 10_000] },
};

/** Adds `size` callbacks and has them called. Outcomes: how many were. */
type Once = (size: number) => number | Promise<number>;

export default async function rows(scale: Scale): Promise<readonly Row[]> {
  const { rounds, warmups, callbacks, sizes } = parameters[scale];
  const space = Space.create({ budgetBytes: 2 ** 20 });
  const line = timeline(space, 'callbacks');
  const measured: Row[] = [];
  for (const size of sizes) {
    const repeats = callbacks / size;
    const times = await interleave(
      [
        candidate('ours', size, repeats, (count) => settled(line, count)),
        candidate('emitter', size, repeats, emitted),
        candidate('rxjs', size, repeats, subscribed),
      ],
      rounds,
      warmups,
    );
    const what = size === 1 ? 'add a callback and be called' : `the same, ${size} called at once, each`;
    measured.push(costRow(times, 'ours', 'emitter', { what, against: 'EventEmitter, once' }));
    measured.push(costRow(times, 'ours', 'rxjs', { what, against: 'RxJS Subject, take(1)' }));
  }
  await space.close();
  return measured;
}

function candidate(name: string, size: number, repeats: number, once: Once): Candidate {
  return {
    name,
    run: () =>
      timedAsync(size * repeats, async () => {
        let called = 0;
        for (let repeat = 0; repeat < repeats; repeat++) called += await once(size);
        return called;
      }),
  };
}

/** Callbacks of a fence run from the event loop, in order: the last one tells. */
function settled(line: Timeline, size: number): Promise<number> {
  const fence = line.issue();
  return new Promise((resolve) => {
    let called = 0;
    const call = (): void => {
      if (++called === size) resolve(called);
    };
    for (let at = 0; at < size; at++) fence.onSettled(call);
    line.signal();
  });
}

function emitted(size: number): number {
  const emitter = new EventEmitter().setMaxListeners(0);
  let called = 0;
  const call = (): void => {
    called++;
  };
  for (let at = 0; at < size; at++) emitter.once('done', call);
  emitter.emit('done');
  return called;
}

function subscribed(size: number): number {
  const subject = new Subject<void>();
  let called = 0;
  const call = (): void => {
    called++;
  };
  for (let at = 0; at < size; at++) subject.pipe(take(1)).subscribe(call);
  subject.next();
  return called;
}
