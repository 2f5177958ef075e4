/** What creating, merging, signalling and waiting cost with 1, 10, ... 100,000 fences, through the public API. */
import { Fence, Space } from 'fenceline';
import { type Timeline, timeline } from 'fenceline/sync';
import { type Case, growthOf } from '../growth.ts';
import type { Row, Scale } from '../row.ts';

const parameters = {
  smoke: { rounds: 2, operations: 1000, sizes: [1, 10, 100, 1000] },
  full: { rounds: 7, operations: 100_000, sizes: [1, 10, 100, 1000, 10_000, 100_000] },
};
const waiterSizes = { smoke: [1, 100], full: [1, 100, 10_000] };
const timelinesMost = 4096;
/** Odd, so that all timelines have their turn, in an order that is none. */
const stride = 1021;

export default async function rows(scale: Scale): Promise<readonly Row[]> {
  const { rounds, operations, sizes } = parameters[scale];
  const space = Space.create({ budgetBytes: 2 ** 20, limits: { timelines: timelinesMost + 16 } });
  const lines = Array.from({ length: timelinesMost }, (_, at) => timeline(space, `line ${at}`));
  const cases: readonly (readonly [what: string, Case, readonly number[]])[] = [
    ['create a fence, n there', created(space), sizes],
    ['merge n fences, each', merged(lines), sizes],
    ['signal a fence, n others waited for', signalledBeside(space, lines), sizes],
    ['wait for n fences, each', waitedFor(lines), sizes],
    ['one signal that n wait for, each', waitedForOne(space), waiterSizes[scale]],
  ];
  const measured: Row[] = [];
  for (const [what, prepare, ns] of cases) measured.push(await growthOf(what, prepare, ns, operations, rounds));
  measured.push(await growthOf('n plain promises, each', plainPromises, sizes, operations, rounds, 'none'));
  await space.close({ abort: true });
  return measured;
}

/** n fences are kept, all pending, while others are created. */
function created(space: Space): Case {
  const line = timeline(space, 'created');
  return (size, operations) => {
    const kept = Array.from({ length: size }, () => line.issue());
    return () => {
      const from = line.issued;
      for (let i = 0; i < operations; i++) line.issue();
      return line.issued - from === operations && kept.length === size;
    };
  };
}

/** n fences, on as many timelines as there are, in no order, become one. */
function merged(lines: readonly Timeline[]): Case {
  return (size, operations) => {
    for (const line of lines) line.signal();
    const fences = Array.from({ length: size }, (_, at) => lineAt(lines, at * stride).issue());
    return () => {
      let all = Fence.all([]);
      for (let done = 0; done < operations; done += size) all = Fence.all(fences);
      return all.status === 'pending';
    };
  };
}

/** Nobody waits for the fences that are signalled; n callbacks wait for others. */
function signalledBeside(space: Space, lines: readonly Timeline[]): Case {
  const line = timeline(space, 'signalled');
  let waits: Disposable[] = [];
  return (size, operations) => {
    for (const wait of waits) wait[Symbol.dispose]();
    waits = Array.from({ length: size }, (_, at) => lineAt(lines, at).issue().onSettled(nothing));
    return () => {
      for (let i = 0; i < operations; i++) {
        line.issue();
        line.signal();
      }
      return line.completed === line.issued;
    };
  };
}

/** n promises wait for n fences on as many timelines as there are, which are then signalled one by one. */
function waitedFor(lines: readonly Timeline[]): Case {
  return (size, operations) => async () => {
    let called = 0;
    for (let left = operations; left > 0; left -= size) {
      const fences = Array.from({ length: Math.min(size, left) }, (_, at) => lineAt(lines, at).issue());
      const waits = fences.map((fence) => fence.wait().then(() => called++));
      for (const [at, fence] of fences.entries()) lineAt(lines, at).signal(fence);
      await Promise.all(waits);
    }
    return called === operations;
  };
}

/** The same number of promises of the language: its collector has as many survivors to copy. */
function plainPromises(size: number, operations: number): () => Promise<boolean> {
  return async () => {
    let called = 0;
    for (let left = operations; left > 0; left -= size) {
      const ends: (() => void)[] = [];
      const waits = Array.from({ length: Math.min(size, left) }, () =>
        new Promise<void>((resolve) => ends.push(resolve)).then(() => called++),
      );
      for (const end of ends) end();
      await Promise.all(waits);
    }
    return called === operations;
  };
}

/** n callbacks wait for one fence. */
function waitedForOne(space: Space): Case {
  const line = timeline(space, 'one');
  return (size, operations) => async () => {
    let called = 0;
    for (let done = 0; done < operations; done += size) {
      const fence = line.issue();
      for (let at = 0; at < size; at++) fence.onSettled(() => called++);
      const last = new Promise<void>((resolve) => fence.onSettled(() => resolve()));
      line.signal();
      await last;
    }
    return called >= operations;
  };
}

function lineAt(lines: readonly Timeline[], at: number): Timeline {
  // Below the length.
  return lines[at % lines.length] as Timeline;
}

function nothing(): void {}
