/** A trace: buffers, and jobs that use sets of them, in order. Sizes are pages of 4 KiB. Made up, seeded, deterministic. */

/** Changed in place; all of it replaced; not needed after the job. */
export const WRITES = 1;
export const OVERWRITES = 2;
export const DISCARDS = 4;

export const MiB = 256;
export const KiB = 0.25;

/** A buffer as a job uses it: with flags, or only read. */
export type Use = number | readonly [buffer: number, flags: number];

export interface Job {
  readonly buffers: readonly number[];
  /** By position in `buffers`. */
  readonly flags: readonly number[];
  readonly client: number;
  /** Destroyed after this job. */
  readonly frees: number[];
}

export interface Trace {
  readonly sizes: readonly number[];
  /** Created empty on the device: the first use moves nothing. Else its contents lie in the host's memory. */
  readonly isFresh: readonly boolean[];
  readonly jobs: readonly Job[];
}

/** A trace without flags that a program must declare: what is overwritten counts as written, and nothing is discarded. */
export function withoutHints(trace: Trace): Trace {
  const plain = (flags: number): number => ((flags & (WRITES | OVERWRITES)) !== 0 ? WRITES : 0);
  return { ...trace, jobs: trace.jobs.map((job) => ({ ...job, flags: job.flags.map(plain) })) };
}

/** Where generators write. */
export class TraceBuilder {
  readonly sizes: number[] = [];
  readonly isFresh: boolean[] = [];
  readonly jobs: Job[] = [];

  /** A new buffer of this many pages. */
  buffer(pages: number, isFresh = false): number {
    this.sizes.push(Math.max(1, Math.round(pages)));
    this.isFresh.push(isFresh);
    return this.sizes.length - 1;
  }

  /** A buffer that is created on the device. */
  fresh(pages: number): number {
    return this.buffer(pages, true);
  }

  /** A job; a buffer that is named twice is used once, with the flags of both. */
  job(uses: readonly Use[], client = 0): void {
    const flagsOf = new Map<number, number>();
    for (const use of uses) {
      const [buffer, flags] = typeof use === 'number' ? [use, 0] : use;
      flagsOf.set(buffer, (flagsOf.get(buffer) ?? 0) | flags);
    }
    this.jobs.push({ buffers: [...flagsOf.keys()], flags: [...flagsOf.values()], client, frees: [] });
  }

  /** Destroys a buffer after the latest job. */
  free(buffer: number): void {
    this.jobs.at(-1)?.frees.push(buffer);
  }
}

/** An element that is there: generators compute indexes below the length. */
export function at<T>(list: ArrayLike<T>, index: number): T {
  return list[index] as T;
}

export interface Footprint {
  /** The most pages of buffers that live at once and were used. */
  readonly pages: number;
  readonly largestJob: number;
}

export function footprintOf({ sizes, jobs }: Trace): Footprint {
  const seen = new Set<number>();
  let [live, pages, largestJob] = [0, 0, 0];
  for (const { buffers, frees } of jobs) {
    let size = 0;
    for (const buffer of buffers) {
      size += at(sizes, buffer);
      if (seen.has(buffer)) continue;
      seen.add(buffer);
      live += at(sizes, buffer);
    }
    pages = Math.max(pages, live);
    largestJob = Math.max(largestJob, size);
    for (const buffer of frees) if (seen.has(buffer)) live -= at(sizes, buffer);
  }
  return { pages, largestJob };
}

/** A part of the footprint, but room for the largest job and a tenth. */
export function budgetOf(trace: Trace, part: number): number {
  const { pages, largestJob } = footprintOf(trace);
  return Math.max(Math.floor(pages * part), Math.ceil(largestJob * 1.1));
}
