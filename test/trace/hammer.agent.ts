// Notes events as fast as it can, all of whose words say which one it is.
import { parentPort, workerData } from 'node:worker_threads';
import { Space } from 'fenceline';
import { note } from '#fenceline/cells/trace-ring.js';
import { coreOf } from '#fenceline/space.js';

const { handle, count } = workerData as { handle: Parameters<typeof Space.join>[0]; count: number };
const { words, tracer, index } = coreOf(Space.join(handle)).agent;
if (tracer === undefined) throw new Error('The space is traced.');
parentPort?.postMessage(index);
for (let event = 1; event <= count; event++) {
  note(words, tracer, event & 127, event, -event, event * 2 ** 20, event ^ 0x5555);
}
parentPort?.postMessage('done');
