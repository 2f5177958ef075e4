// Another thread that waits for fences, hints deadlines, and signals a timeline of its own.
import { parentPort, workerData } from 'node:worker_threads';
import { type Fence, FencelineError, type Handle, Space } from 'fenceline';
import { type Timeline, timeline } from 'fenceline/sync';

interface Order {
  readonly do: string;
  readonly fence: Handle<Fence>;
  readonly fences: readonly Handle<Fence>[];
  readonly atMs: number;
  readonly count: number;
  readonly points: number;
}

const port = parentPort;
if (port === null) throw new Error('This is a worker.');
const space = Space.join(workerData);
let line: Timeline | undefined;
const kept: Disposable[] = [];

port.on('message', (order: Order) => {
  void answer(order).then((reply) => port.postMessage(reply ?? null));
});
port.postMessage('ready');

async function answer(order: Order): Promise<unknown> {
  switch (order.do) {
    case 'wait':
      return told(await space.open(order.fence).settled({ timeoutMs: 20_000 }));
    case 'block':
      return block(space.open(order.fence));
    case 'hint':
      return space.open(order.fence).hintDeadline(order.atMs);
    case 'lazy': {
      const own = timeline(space, 'lazy', {
        onFirstWait: (upTo) => own.signal(upTo),
        onDeadline: (atMs, upTo) => port?.postMessage([atMs, upTo]),
      });
      line = own;
      return Array.from({ length: order.count }, () => own.issue().handle);
    }
    case 'lines':
      return Array.from({ length: order.count }, (_, number) => linePartly(number, order.points));
    case 'silent':
      line = timeline(space, 'silent', { onFirstWait: () => {} });
      return line.issue().handle;
    case 'look':
      return order.fences.map((handle) => told(space.open(handle)));
    case 'hold':
      for (const handle of order.fences) kept.push(space.open(handle).hold());
      return undefined;
    case 'letGo':
      for (const hold of kept.splice(0)) hold[Symbol.dispose]();
      return undefined;
    default:
      line?.dispose();
      await space.close();
      port?.close();
      return undefined;
  }
}

/** A timeline signalled up to some point, each tenth as failed. */
function linePartly(number: number, points: number): readonly unknown[] {
  const own = timeline(space, `line ${number}`);
  const fences = Array.from({ length: points }, () => own.issue());
  const completed = (number * 7) % points;
  for (let point = 10; point <= completed; point += 10) {
    own.fail(point, new FencelineError('EIO', 'The device says no.', { errno: 199 + point }));
  }
  if (completed > own.completed) own.signal(completed);
  return fences.map(({ handle }) => handle);
}

function block(fence: Fence): unknown {
  try {
    fence.waitSync({ timeoutMs: 20_000 });
    return ['done'];
  } catch (error) {
    return ['failed', FencelineError.is(error, 'EIO') ? error.details.errno : (error as FencelineError).code];
  }
}

function told({ status, error }: { readonly status: string; readonly error?: FencelineError | undefined }): unknown {
  if (error === undefined) return [status];
  return [status, FencelineError.is(error, 'EIO') ? error.details.errno : error.code];
}
