/**
 * What tests of a file share and must end with it: in `npm test` the next file runs in the same process.
 *
 * The runner runs this file before each test file (`setupFiles`), so that the hook is there whichever file begins.
 */
import { afterAll } from 'vitest';

const ends: (() => Promise<void>)[] = [];

/** Calls `end` once, after the last test of this file. */
export function afterFile(end: () => Promise<void>): void {
  ends.push(end);
}

afterAll(async () => {
  for (const end of ends.splice(0)) await end();
});
