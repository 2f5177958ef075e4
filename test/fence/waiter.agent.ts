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
      return told(await space.open(order.fence).settled({ timeoutMs: 5000 }));
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

function block(fence: Fence): unknown {
  try {
    fence.waitSync({ timeoutMs: 5000 });
    return ['done'];
  } catch (error) {
    return ['failed', FencelineError.is(error, 'EIO') ? error.details.errno : (error as FencelineError).code];
  }
}

function told({ status, error }: { readonly status: string; readonly error?: FencelineError | undefined }): unknown {
  if (error === undefined) return [status];
  return [status, FencelineError.is(error, 'EIO') ? error.details.errno : error.code];
}
