/** The other side of `rows/wake.ts`: answers every ping, in each of the ways compared. */
import { parentPort } from 'node:worker_threads';
import type { SpaceData } from '#fenceline/core.js';
import { joinCore } from '#fenceline/core.js';
import { createTimeline, issue, signal } from '#fenceline/fence/timeline.js';
import { waitPoints } from '#fenceline/fence/wait.js';
import { whenOver } from '#fenceline/waiting.js';
import { posted, serveOrders } from '../crew.ts';
import { pongRaw } from '../limits/wake.ts';

export interface WakeData {
  readonly space: SpaceData;
  readonly ping: { readonly timeline: number; readonly generation: number };
  readonly words: Int32Array;
}

export const OURS = 1;
export const RAW = 2;
export const OURS_ASYNC = 3;
export const MESSAGES = 4;

const { space, ping, words } = posted<WakeData>().data;
const core = joinCore(space);
const { agent } = core;
const writer = createTimeline(agent);
const port = parentPort;
if (port === null) throw new Error('This file runs in a thread.');
let pinged: () => void = () => {};
port.on('message', () => pinged());
port.postMessage({ timeline: writer.timeline, generation: writer.generation });

await serveOrders(async (kind, operations) => {
  if (kind === RAW) pongRaw(words, operations);
  else if (kind === MESSAGES) await pongMessages(operations);
  else {
    const from = writer.completed;
    for (let turn = from + 1; turn <= from + operations; turn++) {
      const points = [{ ...ping, seqno: turn }];
      if (kind === OURS) waitPoints(agent, points, Number.POSITIVE_INFINITY);
      else await whenOver(core, points);
      signal(agent, writer, issue(agent, writer));
    }
  }
});

function pongMessages(operations: number): Promise<void> {
  return new Promise((resolve) => {
    let left = operations;
    pinged = () => {
      port?.postMessage(left);
      if (--left === 0) resolve();
    };
  });
}
