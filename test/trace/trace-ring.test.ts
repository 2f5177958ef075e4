/** A ring that is written at full speed on another thread while it is read: nothing torn, nothing lost unseen. */
import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { Space } from 'fenceline';
import { expect, test } from 'vitest';
import { readRing, type TraceCursor, type TraceEvent, traceStart } from '#fenceline/cells/trace-ring.js';
import { coreOf } from '#fenceline/space.js';

const count = 2_000_000;

test('every event is read whole and in order, or counted as lost', async () => {
  await using space = Space.create({ budgetBytes: 2 ** 20, traceEvents: 1024 });
  const { agent } = coreOf(space);
  const workerData = { handle: space.handle, count };
  const worker = new Worker(new URL('../../build/test/trace/hammer.agent.js', import.meta.url), { workerData });
  const [index] = (await once(worker, 'message')) as [number];
  let isDone = false;
  worker.on('message', () => {
    isDone = true;
  });
  let cursor: TraceCursor = traceStart;
  let [seen, lost, last, reads] = [0, 0, 0, 0];
  for (let isLast = false; ; isLast = isDone) {
    const ring = readRing(agent, index, cursor);
    for (const event of ring.events) last = checkEvent(event, last);
    seen += ring.events.length;
    lost += ring.lost;
    cursor = ring.next;
    if (isLast) break;
    if (++reads % 8 === 0) await setImmediate();
  }
  await worker.terminate();
  console.log(`${seen} of ${count} events read in ${reads} reads, ${lost} lost`);
  expect(seen + lost).toBe(count);
  expect(seen).toBeGreaterThanOrEqual(1024);
}, 60_000);

/** Outcomes: which event it is. */
function checkEvent(event: TraceEvent, last: number): number {
  const { kind, subject, generation, point, detail } = event;
  const isWhole =
    kind === (subject & 127) && generation === -subject && point === subject * 2 ** 20 && detail === (subject ^ 0x5555);
  if (!isWhole || subject <= last) expect.fail(`The event after ${last} is ${JSON.stringify(event)}.`);
  return subject;
}
