// The thread that is stopped: makes ready, tells what it owes, makes one call, and stops in the middle of it for good.
import { once } from 'node:events';
import { parentPort, workerData } from 'node:worker_threads';
import { type Fence, type Handle, Space } from 'fenceline';
import { timeline } from 'fenceline/sync';
import { killedCalls } from './all-calls.ts';
import type { Errand, KilledCall, World } from './call.ts';
import { countOperations, replaceAtomics, stopNow } from './counted-atomics.ts';
import { notedMembers, spyOnClasses } from './spy.ts';

/** What the main thread hears. */
export type Told =
  | { readonly is: 'owes'; readonly fence: Handle<Fence<unknown>> }
  | { readonly is: 'hands'; readonly gift: Errand['gift'] }
  | { readonly is: 'ready' }
  | { readonly is: 'begins' }
  | { readonly is: 'stopped'; readonly count: number; readonly members: readonly string[]; readonly error: unknown };

const port = parentPort;
if (port === null) throw new Error('This is a worker.');
const errand = workerData as Errand;
const tell = (told: Told): void => port.postMessage(told);
let error: unknown;

// A callback keeps no thread alive, and a call may wait for one.
port.on('message', () => {});
replaceAtomics();
if (errand.stopBefore === Number.POSITIVE_INFINITY) spyOnClasses();
const known = killedCalls[errand.call];
if (known === undefined) throw new Error(`There is no call '${errand.call}'.`);
const call = await known.prepare(worldOf(known));
tell({ is: 'ready' });
await once(port, 'message');
tell({ is: 'begins' });
countOperations((errand.space as unknown as { control: SharedArrayBuffer }).control, errand.stopBefore, (count) =>
  tell({ is: 'stopped', count, members: notedMembers(), error }),
);
try {
  await call();
} catch (thrown) {
  error = thrown;
}
stopNow();

function worldOf({ isOutside }: KilledCall): World {
  const { gift, line, flag, lock } = errand;
  const owe = (fence: Handle<Fence<unknown>>): void => tell({ is: 'owes', fence });
  const base = {
    errand,
    gift,
    line,
    flag,
    lock,
    owe,
    hand: (handed: Errand['gift']) => tell({ is: 'hands', gift: handed }),
  };
  if (isOutside) return base as World;
  const space = Space.join(errand.space);
  // Whatever the call is: a promise and a point that its thread takes with it.
  owe(space.fence(new Promise(() => {}), 'never kept').handle);
  owe(timeline(space, 'never signalled').issue().handle);
  return {
    ...base,
    space,
    photo: space.open(errand.photo),
    paper: space.open(errand.paper),
    done: space.open(errand.done),
    later: space.open(errand.later),
  };
}
