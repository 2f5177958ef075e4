// Another thread that imports, or exports, buffers of `fenceline/driver`.
import { parentPort, workerData } from 'node:worker_threads';
import { type Handle, Space } from 'fenceline';
import { type Attachment, attach, type Exported, exportBuffer } from 'fenceline/driver';

export interface Pages {
  readonly base: number;
}
export type Frame = Exported<'u8', readonly [16], Pages>;

export interface Order {
  readonly do: 'attach' | 'attach static' | 'map' | 'look' | 'unmap' | 'detach' | 'pin' | 'unpin' | 'leave' | 'export';
  readonly frame?: Handle<Frame>;
}

/** What became of an order: its result, or the code of its error. */
export interface Reply {
  readonly result?: unknown;
  readonly code?: string;
  readonly message?: string;
}

const port = parentPort;
if (port === null) throw new Error('This is a worker.');
const space = Space.join(workerData);
let frame: Frame | undefined;
let link: Attachment<Pages> | undefined;
let told = 0;
let base = 0x7000;

port.on('message', (order: Order) => {
  answer(order).then(
    (result) => port.postMessage({ result } satisfies Reply),
    ({ code = 'unknown', message }: Error & { code?: string }) => port.postMessage({ code, message } satisfies Reply),
  );
});
port.postMessage('ready');

async function answer({ do: what, frame: handle }: Order): Promise<unknown> {
  if (what === 'export') return exported().handle;
  if (what === 'leave') {
    await space.close();
    port?.close();
    return undefined;
  }
  if (handle !== undefined) frame = space.open(handle);
  if (frame === undefined) throw new Error('There is no buffer.');
  if (what === 'attach') {
    link = attach(frame, { name: 'display', invalidate: () => void told++ });
    return link.isStale;
  }
  if (what === 'attach static') {
    link = attach(frame, { name: 'disk' });
    return link.isStale;
  }
  const attached = link;
  if (attached === undefined) throw new Error('Nothing is attached.');
  if (what === 'look') return { isStale: attached.isStale, told, move: typeof frame.moving };
  if (what === 'unpin') return attached.unpin();
  if (what === 'detach') {
    attached.dispose();
    frame.dispose();
    return undefined;
  }
  return locked(frame, attached, what);
}

function locked(of: Frame, attached: Attachment<Pages>, what: Order['do']): Promise<unknown> {
  return space.transaction(async (tx) => {
    await tx.lock(of);
    if (what === 'map') return attached.map(tx);
    if (what === 'pin') return attached.pin(tx);
    return attached.unmap(tx);
  });
}

function exported(): Frame {
  return exportBuffer(
    space,
    { name: 'theirs', map: async () => ({ base: base++ }), unmap: () => {}, release: () => {} },
    'u8',
    [16],
  );
}
