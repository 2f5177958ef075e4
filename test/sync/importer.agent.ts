// Another thread that adds work of its own, and of others, to buffers.
import { parentPort, workerData } from 'node:worker_threads';
import { type Fence, type Handle, type SharedBuffer, Space } from 'fenceline';
import { implicit, syncFile, type Timeline, timeline, type Usage } from 'fenceline/sync';

export interface Order {
  readonly do: 'own' | 'theirs' | 'drop' | 'signal' | 'race' | 'leave';
  readonly buffer: Handle<SharedBuffer>;
  readonly fence?: Handle<Fence>;
  readonly usage?: Usage;
  readonly count?: number;
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

async function answer({ do: what, buffer, fence, usage = 'write', count = 0 }: Order): Promise<unknown> {
  if (what === 'leave') {
    await space.close();
    port?.close();
    return undefined;
  }
  if (what === 'drop') return kept?.dispose();
  if (what === 'signal') return line?.signal();
  kept ??= space.open(buffer);
  if (what === 'race') return race(kept, count);
  if (what === 'own') line = timeline(space, 'theirs');
  const work = what === 'own' ? line?.issue() : fence && space.open(fence);
  if (work === undefined) throw new Error('There is nothing to add.');
  implicit(kept).add(work, usage);
  return undefined;
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
