// Fills buffers, looks at them, edits and drops them, for ever; or keeps one that nobody else has heard of.
import { parentPort, workerData } from 'node:worker_threads';
import { type SharedBuffer, Space } from 'fenceline';

const { handle, keeps } = workerData as { handle: Parameters<typeof Space.join>[0]; keeps: boolean };
const space = Space.join(handle);
if (keeps) {
  const kept = space.buffer('u16', [3], { label: 'unheard of' });
  parentPort?.postMessage(kept.id);
  parentPort?.once('message', () => {
    kept.dispose();
    void space.close();
  });
} else {
  parentPort?.postMessage('ready');
  for (let round = 0; ; round++) await work(round);
}

async function work(round: number): Promise<void> {
  const own: SharedBuffer<'u8', readonly [number]>[] = [];
  try {
    for (let index = 0; index < 8; index++) own.push(space.buffer('u8', [1 + ((round * 7919 + index * 613) % 9000)]));
    const sets = own.map((buffer) => buffer.set(new Uint8Array(buffer.sizeBytes)));
    await Promise.all(sets);
    await space.transaction(async (tx) => {
      for (const buffer of own.slice(0, 3)) (await tx.edit(buffer)).data[0] = round & 255;
    });
    const mapping = await own[0]?.map('read');
    await own[1]?.get();
    mapping?.dispose();
  } catch {
    // The other one had what it needed, or died with it: the next round is another.
  } finally {
    for (const buffer of own) buffer.dispose();
  }
}
