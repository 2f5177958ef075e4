/** A process that swaps to a file which may not grow beyond some bytes: fills more than fits, looks at all of it, and tells. */
import { FencelineError, Space } from 'fenceline';

export interface Attempts {
  /** Of the buffers that could not be filled. */
  readonly codes: readonly string[];
  readonly messages: readonly string[];
  readonly wrongWords: number;
}

const KiB = 1024;
const space = Space.create({
  budgetBytes: 8 * KiB,
  patienceMs: 40,
  swap: { sizeBytes: 64 * KiB, file: process.argv[2] as string }, // whoever starts this says where
});
const [codes, messages]: [string[], string[]] = [[], []];
let wrongWords = 0;
const buffers = Array.from({ length: 6 }, () => space.buffer('u32', [KiB]));
const holds = buffers.map(() => 0);
for (const [at, buffer] of buffers.entries()) {
  try {
    await buffer.set(new Uint32Array(KiB).fill(at + 1));
    holds[at] = at + 1;
  } catch (error) {
    codes.push(error instanceof FencelineError ? error.code : String(error));
    messages.push((error as Error).message);
  }
}
// The last ones are in memory, and make room for those that are in the file.
for (const [at, buffer] of [...buffers.entries()].reverse()) {
  // What could not be filled was never written.
  if (holds[at] !== 0) wrongWords += (await buffer.get()).filter((word) => word !== holds[at]).length;
  buffer.dispose();
}
await space.close();
const attempts: Attempts = { codes, messages, wrongWords };
console.log(JSON.stringify(attempts));
