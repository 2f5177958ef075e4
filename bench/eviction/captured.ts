/**
 * Streams of jobs that our own pipelines submitted, as `capture.ts` recorded them: what each job reads, writes and replaces, of
 * which client, and when buffers are disposed of. Bytes are not in them.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Job, Trace } from './trace.ts';

export const capturedNames = ['darkroom', 'film', 'both'] as const;
export type CapturedName = (typeof capturedNames)[number];

/** As it is stored: sizes in bytes; of each job its client, buffers, flags, and what is disposed of after it. */
interface Stored {
  readonly sizes: readonly number[];
  readonly jobs: readonly (readonly [client: number, buffers: number[], flags: number[], frees: number[]])[];
}

const pageBytes = 4096;

export function capturedTrace(name: CapturedName): Trace {
  const { sizes, jobs } = JSON.parse(gunzipSync(readFileSync(fileOf(name))).toString()) as Stored;
  return {
    sizes: sizes.map((bytes) => Math.ceil(bytes / pageBytes)),
    // All are made by the pipeline, and written before they are read.
    isFresh: sizes.map(() => true),
    jobs: jobs.map(([client, buffers, flags, frees]): Job => ({ client, buffers, flags, frees })),
  };
}

/** Stores a stream, whose sizes are in bytes. Outcomes: how long the file is, in bytes. */
export function storeCaptured(name: CapturedName, { sizes, jobs }: Omit<Trace, 'isFresh'>): number {
  const stored: Stored = {
    sizes,
    jobs: jobs.map(({ client, buffers, flags, frees }) => [client, [...buffers], [...flags], frees]),
  };
  const bytes = gzipSync(JSON.stringify(stored), { level: 9 });
  writeFileSync(fileOf(name), bytes);
  return bytes.length;
}

/** In the sources, also for what runs from build/. */
function fileOf(name: CapturedName): string {
  const root = dirname(createRequire(import.meta.url).resolve('fenceline/package.json'));
  return join(root, 'bench', 'eviction', 'captured', `${name}.json.gz`);
}
