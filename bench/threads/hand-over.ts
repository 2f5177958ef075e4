/** The other side of `rows/hand-over.ts`, for the ways without this library. */
import { parentPort, workerData } from 'node:worker_threads';
import { awaitTurn, returnTurn } from '../limits/hand-over.ts';
import { touch } from './touch.kernels.ts';

export interface HandOverData {
  /** With a frame, turns are taken on the flag for ever; without, frames come and go as messages. */
  readonly frame?: Uint8Array;
  readonly flag?: Int32Array;
}

interface Message {
  readonly frame: Uint8Array;
  readonly isTransferred: boolean;
}

const { frame, flag } = workerData as HandOverData;
parentPort?.postMessage('ready');
if (frame !== undefined && flag !== undefined) {
  for (;;) {
    awaitTurn(flag);
    touch(frame);
    returnTurn(flag);
  }
}
parentPort?.on('message', (message: Message) => {
  touch(message.frame);
  parentPort?.postMessage(message.frame, message.isTransferred ? [message.frame.buffer as ArrayBuffer] : []);
});
