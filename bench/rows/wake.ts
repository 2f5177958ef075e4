/** Waking a waiter in another thread: there and back, blocking and from event loops. */
import type { Worker } from 'node:worker_threads';
import type { Core } from '#fenceline/core.js';
import { createTimeline, issue, signal } from '#fenceline/fence/timeline.js';
import { waitPoints } from '#fenceline/fence/wait.js';
import { whenOver } from '#fenceline/waiting.js';
import { openCore } from '../core.ts';
import type { Crew } from '../crew.ts';
import { dismiss, order, startCrew, waitForAll } from '../crew.ts';
import { pingRaw, pingRawAsync } from '../limits/wake.ts';
import type { Candidate } from '../rounds.ts';
import { costRow, interleave, timedAsync } from '../rounds.ts';
import type { Row, Scale } from '../row.ts';
import type { WakeData } from '../threads/wake.ts';

const parameters = {
  smoke: { rounds: 3, warmups: 1, operations: 100 },
  full: { rounds: 31, warmups: 3, operations: 1000 },
};
// As in threads/wake.ts, which would start working if it were imported here.
const [OURS, RAW, OURS_ASYNC, MESSAGES] = [1, 2, 3, 4] as const;

export default async function rows(scale: Scale): Promise<readonly Row[]> {
  const { rounds, warmups, operations } = parameters[scale];
  const core = openCore();
  const { agent } = core;
  const writer = createTimeline(agent);
  const words = new Int32Array(new SharedArrayBuffer(128));
  const ping = { timeline: writer.timeline, generation: writer.generation };
  const crew = await startCrew('wake', 1, { space: core.data, ping, words } satisfies WakeData);
  const pong = crew.answers[0] as WakeData['ping'];
  const point = (): { timeline: number; generation: number; seqno: number } => ({ ...pong, seqno: writer.completed });
  const ours = (): number => {
    const from = writer.completed;
    for (let i = 0; i < operations; i++) {
      signal(agent, writer, issue(agent, writer));
      waitPoints(agent, [point()], Number.POSITIVE_INFINITY);
    }
    return writer.completed - from;
  };
  const oursAsync = async (core: Core): Promise<number> => {
    const from = writer.completed;
    for (let i = 0; i < operations; i++) {
      signal(agent, writer, issue(agent, writer));
      await whenOver(core, [point()]);
    }
    return writer.completed - from;
  };
  const candidates: Candidate[] = [
    candidate('ours, sync', crew, OURS, operations, ours),
    candidate('raw, sync', crew, RAW, operations, () => pingRaw(words, operations)),
    candidate('ours, main async', crew, OURS, operations, () => oursAsync(core)),
    candidate('raw, main async', crew, RAW, operations, () => pingRawAsync(words, operations)),
    candidate('ours, async', crew, OURS_ASYNC, operations, () => oursAsync(core)),
    candidate('messages', crew, MESSAGES, operations, () => pingMessages(crew, operations)),
  ];
  const measured = await interleave(candidates, rounds, warmups);
  await dismiss(crew);
  return [
    costRow(measured, 'ours, sync', 'raw, sync', {
      what: 'wake and be woken, both block',
      against: 'raw wait / notify',
      goal: { atMost: 1.2 },
    }),
    costRow(measured, 'ours, main async', 'raw, main async', {
      what: 'the same, one from its event loop',
      against: 'raw waitAsync / notify',
      goal: { atMost: 1.2 },
    }),
    costRow(measured, 'ours, async', 'messages', {
      what: 'the same, both from event loops',
      against: 'MessagePort',
      goal: { atMost: 1 },
    }),
  ];
}

function candidate(
  name: string,
  crew: Crew,
  kind: number,
  operations: number,
  work: () => number | Promise<number>,
): Candidate {
  return {
    name,
    run: async () => {
      order(crew, kind, operations);
      const timed = await timedAsync(operations, work);
      waitForAll(crew);
      return timed;
    },
  };
}

function pingMessages({ workers }: Crew, operations: number): Promise<number> {
  // The crew has one thread.
  const worker = workers[0] as Worker;
  return new Promise((resolve) => {
    let left = operations;
    const onPong = (): void => {
      if (--left > 0) worker.postMessage(left);
      else {
        worker.off('message', onPong);
        resolve(operations);
      }
    };
    worker.on('message', onPong);
    worker.postMessage(left);
  });
}
