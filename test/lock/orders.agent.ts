// A thread that takes two locks without an age, in the order that it is given, and says what the validator found.
import { parentPort, workerData } from 'node:worker_threads';
import { type Finding, type Handle, Space } from 'fenceline';
import { ticket, type WwLock } from 'fenceline/sync';

const { handle, locks } = workerData as { handle: Handle<Space>; locks: readonly Handle<WwLock>[] };
const space = Space.join(handle);
const findings: Finding[] = [];
space.on('validator', (finding) => findings.push(finding));
const opened = locks.map((lock) => space.open(lock));
const taker = ticket(space, { rule: 'plain' });
for (const lock of opened) taker.lockSync(lock);
taker.unlockAll();
taker.dispose();
for (const lock of opened) lock.dispose();
await space.close();
parentPort?.postMessage(findings);
