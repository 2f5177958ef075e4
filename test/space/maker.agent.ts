/** A thread with two buffers that only it can fill. */
import { parentPort, workerData } from 'node:worker_threads';
import { Space } from 'fenceline';

const space = Space.join(workerData);
const source = ({ data }: { data: Uint32Array }): void => void data.fill(11);
const buffers = [space.buffer('u32', [1024], { source }), space.buffer('u32', [1024], { source })];
parentPort?.postMessage(buffers.map(({ handle }) => handle));
setInterval(() => {}, 1000);
