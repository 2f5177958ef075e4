/** A long film: as much memory at its end as at its beginning. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { exampleOf } from '../cli/command.ts';
import { scratchFolder } from '../cli/scratch-folder.ts';
import { noisyBytes } from '../examples/random-bytes.ts';

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const frameCount = 10_000;
const size = { width: 640, height: 360 };
const frameBytes = (size.width * size.height * 3) / 2;
const budgetBytes = 8 * 1024 * 1024;

test('10,000 frames of 640 x 360 stay within their budget, and the process does not grow', async () => {
  const out = join(scratchFolder(), 'out');
  const options = ['--opt', 'scale=50', '--budget', String(budgetBytes), '--json'];
  const child = spawn(process.execPath, [main, 'run', exampleOf('film'), '-', '--out', out, ...options], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let stdout = '';
  child.stdout.on('data', (piece) => {
    stdout += piece;
  });
  const closed = once(child, 'close');
  const samples: number[] = [];
  const frames = Array.from({ length: 24 }, (_, index) => noisyBytes(frameBytes, index));
  child.stdin.write(`YUV4MPEG2 W${size.width} H${size.height} F25:1 Ip C420jpeg\n`);
  for (let index = 0; index < frameCount; index++) {
    child.stdin.write('FRAME\n');
    if (!child.stdin.write(frames[index % frames.length])) await once(child.stdin, 'drain');
    if (index % 100 === 99) samples.push(residentBytes(child.pid));
  }
  child.stdin.end();
  const [code] = await closed;
  expect(code).toBe(0);

  const summary = JSON.parse(stdout);
  console.log(
    `film: ${summary.itemsPerSecond.toFixed(0)} frames/s, peak heap ${summary.peakHeapBytes} of ${budgetBytes}`,
  );
  expect(summary.items).toBe(frameCount);
  expect(summary.peakHeapBytes).toBeLessThanOrEqual(budgetBytes);

  const highest = (from: number, to: number) => Math.max(...samples.slice(samples.length * from, samples.length * to));
  const [early, late] = [highest(0.1, 0.5), highest(0.5, 1)];
  console.log(
    `film: resident ${(early / 2 ** 20).toFixed(0)} MiB in the first half, ${(late / 2 ** 20).toFixed(0)} MiB in the second`,
  );
  // Garbage collection makes the figure swing; a leak of one frame in ten would add 345 MB in the second half.
  expect(late).toBeLessThan(early + 32 * 1024 * 1024);
});

/** What the operating system says the process holds; 0 where it does not say it in a file. */
function residentBytes(pid: number | undefined): number {
  if (process.platform !== 'linux') return 0;
  const [, kibibytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kibibytes) * 1024;
}
