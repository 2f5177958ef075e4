/** Sync objects: a wait for a point that another thread has yet to submit, and adding points to many that are pending. */
import { Space } from 'fenceline';
import { syncObject, timeline, waitPointsSync } from 'fenceline/sync';
import type { Crew } from '../crew.ts';
import { dismiss, order, startCrew, waitForAll } from '../crew.ts';
import { type Case, growthOf } from '../growth.ts';
import { pingRaw } from '../limits/wake.ts';
import type { Candidate } from '../rounds.ts';
import { costRow, interleave, timedAsync } from '../rounds.ts';
import type { Row, Scale } from '../row.ts';
import type { SyncData } from '../threads/sync-objects.ts';

const parameters = {
  smoke: { rounds: 3, warmups: 1, operations: 100, adds: { rounds: 2, operations: 200, sizes: [1, 10, 100] } },
  full: {
    rounds: 31,
    warmups: 3,
    operations: 1000,
    adds: { rounds: 7, operations: 5000, sizes: [1, 10, 100, 1000, 10_000, 50_000] },
  },
};
// As in threads/sync-objects.ts, which would start working if it were imported here.
const [OURS, RAW] = [1, 2] as const;

export default async function rows(scale: Scale): Promise<readonly Row[]> {
  const { rounds, warmups, operations, adds } = parameters[scale];
  const space = Space.create({ budgetBytes: 2 ** 20, limits: { chunks: 65_536 } });
  const [ping, pong] = [syncObject(space, 'ping'), syncObject(space, 'pong')];
  const words = new Int32Array(new SharedArrayBuffer(128));
  const posted: SyncData = { space: space.handle, ping: ping.handle, pong: pong.handle, words };
  const crew = await startCrew('sync-objects', 1, posted);
  const ours = (): number => {
    const from = ping.query();
    for (let point = from + 1; point <= from + operations; point++) {
      ping.signal(point);
      waitPointsSync([{ object: pong, point }], { forSubmit: true });
    }
    return ping.query() - from;
  };
  const measured = await interleave(
    [
      candidate('ours', crew, OURS, operations, ours),
      candidate('raw', crew, RAW, operations, () => pingRaw(words, operations)),
    ],
    rounds,
    warmups,
  );
  await dismiss(crew);
  const growth = await growthOf('add a point, n pending', added(space), adds.sizes, adds.operations, adds.rounds);
  await space.close({ abort: true });
  return [
    costRow(measured, 'ours', 'raw', { what: 'a point there and back, both block', against: 'raw wait / notify' }),
    growth,
  ];
}

function candidate(name: string, crew: Crew, kind: number, operations: number, work: () => number): Candidate {
  return {
    name,
    run: async () => {
      order(crew, kind, operations);
      const timed = await timedAsync(operations, work);
      waitForAll(crew);
      return timed;
    },
  };
}

/** n points of a sync object are pending while others are added. */
function added(space: Space): Case {
  return (size, operations) => {
    const line = timeline(space, 'added');
    const object = syncObject(space, 'added');
    for (let point = 1; point <= size; point++) object.replace(line.issue(), point);
    return () => {
      for (let point = size + 1; point <= size + operations; point++) object.replace(line.issue(), point);
      const last = object.query({ submitted: true });
      object.dispose();
      line.dispose();
      return last === size + operations;
    };
  };
}
