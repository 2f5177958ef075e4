// A worker that joins a space as a client of it, by the client's handle alone: does what it is asked to.
import { parentPort, workerData } from 'node:worker_threads';
import { type SharedBuffer, Space } from 'fenceline';

const port = parentPort;
if (port === null) throw new Error('This is a worker.');
const client = Space.join(workerData);
const kept: (SharedBuffer | Space)[] = [];

port.on('message', (order: { readonly do: string; readonly bytes: number }) => {
  void answer(order).then((reply) => {
    port.postMessage(reply ?? null);
    if (order.do === 'close') port.close();
  });
});
port.postMessage('ready');

async function answer(order: { readonly do: string; readonly bytes: number }): Promise<unknown> {
  if (order.do === 'client') {
    kept.push(client.client('of the worker'));
    return undefined;
  }
  if (order.do === 'make') {
    const buffer = client.buffer('u8', [order.bytes]);
    kept.push(buffer);
    await buffer.set(new Uint8Array(order.bytes));
    return client.budgetBytes;
  }
  return client.close();
}
