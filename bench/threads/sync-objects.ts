/** The other side of `rows/sync-objects.ts`: answers every point of one sync object with the same point of another. */
import { parentPort } from 'node:worker_threads';
import { type Handle, Space } from 'fenceline';
import { type SyncObject, waitPointsSync } from 'fenceline/sync';
import { posted, serveOrders } from '../crew.ts';
import { pongRaw } from '../limits/wake.ts';

export interface SyncData {
  readonly space: Handle<Space>;
  readonly ping: Handle<SyncObject>;
  readonly pong: Handle<SyncObject>;
  readonly words: Int32Array;
}

export const OURS = 1;
export const RAW = 2;

const data = posted<SyncData>().data;
const space = Space.join(data.space);
const ping = space.open(data.ping);
const pong = space.open(data.pong);
parentPort?.postMessage('ready');

await serveOrders((kind, operations) => {
  if (kind === RAW) return pongRaw(data.words, operations);
  const from = pong.query();
  for (let point = from + 1; point <= from + operations; point++) {
    waitPointsSync([{ object: ping, point }], { forSubmit: true });
    pong.signal(point);
  }
});
