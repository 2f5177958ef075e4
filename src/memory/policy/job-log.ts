/**
 * Which buffers the jobs of one client used, in order: the latest jobs, each buffer's entry linked to its next one. Jobs
 * and entries are numbered from 0 for ever; what has fallen out is not there any more.
 */

/** Jobs remembered; and entries, which are uses. */
const jobsMax = 4096;
const entriesMax = 8 * jobsMax;

export class JobLog {
  /** Jobs noted so far. */
  jobs = 0;
  #entries = 0;
  /** Lengths are powers of two: a number, masked, is its place. */
  #mask = 255;
  /** By job modulo jobsMax: its first entry. */
  readonly #first: Float64Array = new Float64Array(jobsMax);
  /** By entry modulo its length: the buffer, the job, the next entry of the same buffer or -1. Grows up to entriesMax. */
  #buffer: Int32Array = new Int32Array(256);
  #job: Float64Array = new Float64Array(256);
  #next: Float64Array = new Float64Array(256);
  /** By buffer: its latest entry, or -1. */
  #latest: Float64Array = new Float64Array(0);

  /** Notes a job. Outcomes: its number. */
  append(buffers: readonly number[]): number {
    const job = this.jobs++;
    this.#first[job & (jobsMax - 1)] = this.#entries;
    for (const buffer of buffers) {
      if (this.jobOf(this.latest(buffer)) === job) continue;
      this.#grow(buffer);
      const entry = this.#entries++;
      const at = entry & this.#mask;
      this.#buffer[at] = buffer;
      this.#job[at] = job;
      this.#next[at] = -1;
      const before = this.latest(buffer);
      if (before >= 0) this.#next[before & this.#mask] = entry;
      this.#latest[buffer] = entry;
    }
    return job;
  }

  /** The first entry of a job; with `job + 1`, one past its last. */
  firstOf(job: number): number {
    return job >= this.jobs ? this.#entries : (this.#first[job & (jobsMax - 1)] as number);
  }

  /** Whether the job and all its entries are still there. */
  has(job: number): boolean {
    if (job < 0 || job >= this.jobs || job < this.jobs - jobsMax) return false;
    return this.firstOf(job) >= this.#entries - this.#mask - 1;
  }

  bufferOf(entry: number): number {
    return this.#buffer[entry & this.#mask] as number;
  }

  /** The job of an entry; -1 if it has fallen out. */
  jobOf(entry: number): number {
    const isThere = entry >= 0 && entry >= this.#entries - this.#mask - 1;
    return isThere ? (this.#job[entry & this.#mask] as number) : -1;
  }

  /** The next entry of the same buffer, or -1. */
  nextOf(entry: number): number {
    return this.#next[entry & this.#mask] as number;
  }

  /** The latest entry of a buffer, or -1 if it has none or it has fallen out. */
  latest(buffer: number): number {
    const entry = buffer < this.#latest.length ? (this.#latest[buffer] as number) : -1;
    return entry >= this.#entries - this.#mask - 1 ? entry : -1;
  }

  /** The buffer of this number is another one now. */
  forget(buffer: number): void {
    if (buffer < this.#latest.length) this.#latest[buffer] = -1;
  }

  #grow(buffer: number): void {
    if (buffer >= this.#latest.length) {
      const latest = new Float64Array(Math.max(buffer + 1, 2 * this.#latest.length, 64)).fill(-1);
      latest.set(this.#latest);
      this.#latest = latest;
    }
    const length = this.#buffer.length;
    if (this.#entries < length || length >= entriesMax) return;
    // Every entry so far is below the length, so it keeps its place.
    const [buffers, jobs, next] = [
      new Int32Array(2 * length),
      new Float64Array(2 * length),
      new Float64Array(2 * length),
    ];
    buffers.set(this.#buffer);
    jobs.set(this.#job);
    next.set(this.#next);
    [this.#buffer, this.#job, this.#next] = [buffers, jobs, next];
    this.#mask = 2 * length - 1;
  }
}
