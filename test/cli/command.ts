/** Runs `fenceline` as people do: as a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The last line of standard error: what went wrong. */
  readonly complaint: string;
}

/** Starts it in the project's folder; `onError` sees standard error as it comes. */
export function fenceline(
  args: readonly string[],
  options: { readonly stdin?: Uint8Array; readonly onError?: (text: string, child: ChildProcess) => void } = {},
): Promise<Ended> {
  const child = spawn(process.execPath, [main, ...args], { cwd: root, stdio: 'pipe' });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (piece) => {
    stdout += piece;
  });
  child.stderr.on('data', (piece) => {
    stderr += piece;
    options.onError?.(stderr, child);
  });
  child.stdin.on('error', () => {}); // a process that ends early does not read the rest
  child.stdin.end(options.stdin ?? new Uint8Array(0));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) =>
      resolve({ code, stdout, stderr, complaint: stderr.trimEnd().split('\n').at(-1) ?? '' }),
    );
  });
}

/** Standard error without the lines of progress, of which a slow machine prints one every two seconds. */
export function besidesProgress(stderr: string): string {
  return stderr.replace(/^(\d+ %, )?\d+ items?, [\d.]+\/s\n/gm, '');
}

/** Where a pipeline of these tests is. */
export function pipelineOf(name: string): string {
  return fileURLToPath(new URL(`./pipelines/${name}.mjs`, import.meta.url));
}

/** Where an example is, compiled. */
export function exampleOf(name: 'darkroom' | 'film'): string {
  return fileURLToPath(new URL(`../../build/examples/${name}/pipeline.js`, import.meta.url));
}
