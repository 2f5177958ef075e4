// A worker of the user's own in a space: does what it is asked to, one message at a time.
import { parentPort, workerData } from 'node:worker_threads';
import { type Fence, type Handle, type Mapping, type SharedBuffer, Space, type View } from 'fenceline';

interface Order {
  readonly do: string;
  readonly buffer: Handle<SharedBuffer<'i32', readonly [number]>>;
  readonly after: Handle<Fence>;
}

const port = parentPort;
if (port === null) throw new Error('This is a worker.');
const space = Space.join(workerData);
let kept: SharedBuffer<'i32', readonly [number]> | undefined;
let mapping: Mapping<View<'i32', readonly [number]>> | undefined;

port.on('message', (order: Order) => {
  void answer(order).then((reply) => port.postMessage(reply ?? null));
});
port.postMessage('ready');

async function answer(order: Order): Promise<unknown> {
  switch (order.do) {
    case 'add':
      return add(space.open(order.buffer), space.open(order.after)).handle;
    case 'promise':
      return space.fence(new Promise(() => {}), 'never kept').handle;
    case 'map':
      mapping = await space.open(order.buffer).map('update');
      mapping.data[0] = 77;
      return undefined;
    case 'unmap':
      return mapping?.dispose();
    case 'lock':
      return lock(space.open(order.buffer));
    case 'hold':
    case 'take':
      kept = space.open(order.buffer);
      return [...(await kept.get())];
    case 'drop':
      return kept?.dispose();
    case 'close':
      return space.close();
    default:
      await space.close();
      port?.close();
      return undefined;
  }
}

function add(buffer: SharedBuffer<'i32', readonly [number]>, after: Fence): Fence {
  const work = async (): Promise<void> => {
    await after.wait({ timeoutMs: 20_000 });
    using view = await buffer.map('update');
    view.data.forEach((one, at) => {
      view.data[at] = one + 1;
    });
    buffer.dispose();
  };
  return space.fence(work(), 'add');
}

async function lock(buffer: SharedBuffer<'i32', readonly [number]>): Promise<void> {
  await new Promise<void>((resolve) => {
    void space.transaction(async (tx) => {
      (await tx.edit(buffer)).data[0] = 55;
      resolve();
      await new Promise(() => {});
    });
  });
}
