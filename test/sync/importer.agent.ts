// Another thread that adds work of its own, and of others, to buffers.
import { parentPort, workerData } from 'node:worker_threads';
import { type Fence, type Handle, type SharedBuffer, Space } from 'fenceline';
import { implicit, syncFile, type Timeline, timeline, type Usage } from 'fenceline/sync';
import { withLockNow } from '#fenceline/schedule/admit.js';
import { coreOf } from '#fenceline/space.js';

export interface Order {
  readonly do: 'own' | 'theirs' | 'drop' | 'signal' | 'race' | 'pass' | 'leave';
  readonly buffer: Handle<SharedBuffer>;
  readonly fence?: Handle<Fence>;
  readonly usage?: Usage;
  readonly count?: number;
  readonly inside?: Int32Array;
}

const port = parentPort;
if (port === null) throw new Error('This is a worker.');
const space = Space.join(workerData);
let line: Timeline | undefined;
let kept: SharedBuffer | undefined;

port.on('message', (order: Order) => {
  void answer(order).then((reply) => port.postMessage(reply ?? null));
});
port.postMessage('ready');

async function answer({ do: what, buffer, fence, usage = 'write', count = 0, inside }: Order): Promise<unknown> {
  if (what === 'leave') {
    await space.close();
    port?.close();
    return undefined;
  }
  if (what === 'drop') return kept?.dispose();
  if (what === 'signal') return line?.signal();
  kept ??= space.open(buffer);
  if (what === 'pass') return pass(kept, inside as Int32Array);
  if (what === 'race') return race(kept, count);
  if (what === 'own') line = timeline(space, 'theirs');
  const work = what === 'own' ? line?.issue() : fence && space.open(fence);
  if (work === undefined) throw new Error('There is nothing to add.');
  implicit(kept).add(work, usage);
  return undefined;
}

/** Holds the lock as one does who admits a job, and says so: for a moment that takes long. */
function pass({ id }: SharedBuffer, inside: Int32Array): void {
  const { agent } = coreOf(space);
  const isHeld = withLockNow(agent, id, () => {
    Atomics.store(inside, 0, 1);
    Atomics.notify(inside, 0);
    Atomics.wait(inside, 1, 0, 5);
  });
  if (!isHeld) throw new Error('Nobody else has it.');
}

/** Imports point after point of a timeline of its own, waiting for the lock. Outcomes: the last number. */
async function race(buffer: SharedBuffer, count: number): Promise<number> {
  using own = timeline(space, 'racer');
  for (let number = 1; number <= count; number++) {
    using file = syncFile(own.issue());
    await implicit(buffer).importFileAsync(file, number % 2 === 0 ? 'read' : 'write');
    own.signal();
  }
  return own.completed;
}
