// A thread that blocks, again and again, for what the stopped one owes and holds: nobody but itself can wake it.
import { parentPort, workerData } from 'node:worker_threads';
import { type Fence, FencelineError, type Handle, Space } from 'fenceline';
import type { Photo } from './call.ts';

export interface BystanderOrder {
  readonly photo: Handle<Photo>;
  readonly owed: readonly Handle<Fence<unknown>>[];
  readonly timeoutMs: number;
}

/** One word per wait: 'done', or the code of the error. */
export type BystanderAnswer = readonly string[];

const port = parentPort;
if (port === null) throw new Error('This is a worker.');
const space = Space.join(workerData as Handle<Space>);

port.on('message', ({ photo, owed, timeoutMs }: BystanderOrder) => {
  const opened = space.open(photo);
  const answers: BystanderAnswer = [
    ...owed.map((handle) => outcomeOf(() => space.open(handle).waitSync({ timeoutMs }))),
    outcomeOf(() => space.transactionSync((tx) => void tx.edit(opened), { timeoutMs })),
    outcomeOf(() => opened.mapSync('read').dispose()),
  ];
  opened.dispose();
  port.postMessage(answers);
});

function outcomeOf(wait: () => unknown): string {
  try {
    wait();
    return 'done';
  } catch (error) {
    return error instanceof FencelineError ? error.code : String(error);
  }
}
