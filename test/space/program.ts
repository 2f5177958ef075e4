/** Runs a program in a process of its own: for what only a whole process shows. */
import { spawn } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Ended {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
}

let programs = 0;
const root = fileURLToPath(new URL('../..', import.meta.url));

/** `code` is a module. `onLine` sees each line that it prints, and may send signals. */
export function runProgram(
  code: string,
  options: { args?: readonly string[]; onLine?: (line: string, kill: (signal: NodeJS.Signals) => void) => void } = {},
): Promise<Ended> {
  const began = performance.now();
  // A file, not --eval: workers inherit the options of the process, and refuse that one.
  const folder = join(root, 'build', 'programs');
  const file = join(folder, `${process.pid}-${++programs}.mjs`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, code);
  const child = spawn(process.execPath, [...(options.args ?? []), file], { cwd: root });
  const out = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out.stdout += text;
    for (const line of text.split('\n')) options.onLine?.(line, (signal) => child.kill(signal));
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    out.stderr += text;
  });
  // One that hangs is ended, and its test fails by the signal.
  const timer = setTimeout(() => child.kill('SIGKILL'), 20_000);
  return new Promise((resolve) => {
    child.on('close', (status, signal) => {
      clearTimeout(timer);
      rmSync(file);
      resolve({ status, signal, ...out, ms: performance.now() - began });
    });
  });
}

/** The beginning of a program with a space and a pool of test kernels. */
export const withPool = `
import { Space, workers } from 'fenceline';
const space = Space.create({ budgetBytes: 1 << 20 });
const jobs = new URL('${new URL('../../build/test/pool/jobs.kernels.js', import.meta.url).href}');
const pool = await workers(space, jobs, { count: 1 });
const { run } = pool;
`;
