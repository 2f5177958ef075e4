/**
 * Programs repeat themselves: a loop, a sweep, a scan of everything at a time nobody could foresee. When the latest jobs
 * of a client used what some earlier jobs used, in the same order, then what those were followed by is expected again,
 * each job at its distance: as good as a queue. The longer the two have run alike, the farther ahead this is believed.
 *
 * Alike are two jobs of which the shared buffers weigh more than a part of all of theirs; a buffer weighs more the longer
 * it was not used, because a target that every job writes says nothing about where in the program it is.
 *
 * Context: one client's jobs, each told once, with its buffers, when it starts. Not here: what follows for a victim.
 */
import { JobLog } from './job-log.ts';

/** The part of the weight that two jobs must share. */
const alikeLeast = 0.6;
/** Earlier jobs that are compared when the thread is lost: those of the buffers not used for longest. */
const triesMax = 4;
/** Jobs that must have run alike before anything is expected. */
const runLeast = 2;
/** Jobs expected ahead per job that ran alike, and at most. */
const trust = 8;
const aheadMax = 2048;
/** A buffer never seen weighs like one that was used seven jobs ago; weights are logarithms. */
const newWeight = 3;
const weightMax = 12;

export class Replay {
  readonly #log: JobLog = new JobLog();
  /** The earlier job that the latest one was like; and how many jobs in a row were. */
  #follows = -1;
  #run = 0;
  /** The last job, in the log, up to which buffers were told to be expected. */
  #told = -1;
  /** Counts lost threads: what was expected before is void. */
  #thread = 1;
  /** By buffer: the entry that is expected again, and by which thread; the job it was marked for, and its weight. */
  #expected: Float64Array = new Float64Array(0);
  #byThread: Float64Array = new Float64Array(0);
  #marked: Float64Array = new Float64Array(0);
  #weight: Float64Array = new Float64Array(0);
  readonly #tries: number[] = [];

  /** How many of the coming jobs are foreseen. */
  get ahead(): number {
    if (this.#run < runLeast) return 0;
    return Math.min(trust * this.#run, aheadMax, this.#log.jobs - 2 - this.#follows);
  }

  /** A job starts. Outcomes: true if it went on as foreseen; false if what was expected is void now. */
  startJob(buffers: readonly number[]): boolean {
    const whole = this.#mark(buffers);
    const goesOn = this.#run > 0 && this.#likeness(this.#follows + 1, whole) >= alikeLeast;
    if (goesOn) {
      this.#follows++;
      this.#run++;
    } else {
      this.#find(buffers, whole);
    }
    this.#log.append(buffers);
    return goesOn;
  }

  /** Tells each buffer that has come to be expected since the last call. */
  foresee(tell: (buffer: number) => void): void {
    const last = this.#follows + this.ahead;
    for (let job = Math.max(this.#told, this.#follows) + 1; job <= last; job++) {
      this.#told = job;
      if (!this.#log.has(job)) continue;
      for (let entry = this.#log.firstOf(job); entry < this.#log.firstOf(job + 1); entry++) {
        const buffer = this.#log.bufferOf(entry);
        if (this.distanceOf(buffer) > 0) continue;
        this.#expected[buffer] = entry;
        this.#byThread[buffer] = this.#thread;
        tell(buffer);
      }
    }
  }

  /** Tells the buffers of the job that the latest one was like: their next use, if it is foreseen, is a later one. */
  passed(tell: (buffer: number) => void): void {
    if (!this.#log.has(this.#follows)) return;
    for (let entry = this.#log.firstOf(this.#follows); entry < this.#log.firstOf(this.#follows + 1); entry++) {
      tell(this.#log.bufferOf(entry));
    }
  }

  /** In how many jobs of the client the buffer is expected: 1 or more; 0 if it is not foreseen. */
  distanceOf(buffer: number): number {
    if (this.#byThread[buffer] !== this.#thread) return 0;
    let entry = this.#expected[buffer] as number;
    while (entry >= 0 && this.#log.jobOf(entry) <= this.#follows) entry = this.#log.nextOf(entry);
    const job = entry < 0 ? -1 : this.#log.jobOf(entry);
    if (job < 0 || job > this.#told) {
      this.#byThread[buffer] = 0;
      return 0;
    }
    this.#expected[buffer] = entry;
    return job - this.#follows;
  }

  /** The buffer of this number is another one now. */
  forget(buffer: number): void {
    this.#log.forget(buffer);
    if (buffer < this.#byThread.length) this.#byThread[buffer] = 0;
  }

  /** Marks the buffers of the job and weighs them. Outcomes: their weight together. */
  #mark(buffers: readonly number[]): number {
    let whole = 0;
    for (const buffer of buffers) {
      if (buffer >= this.#marked.length) this.#grow(buffer + 1);
      if (this.#marked[buffer] === this.#log.jobs) continue;
      this.#marked[buffer] = this.#log.jobs;
      const weight = this.#weightOf(buffer);
      this.#weight[buffer] = weight;
      whole += weight;
    }
    return whole;
  }

  #weightOf(buffer: number): number {
    const entry = this.#log.latest(buffer);
    if (entry < 0) return newWeight;
    return Math.min(weightMax, Math.log2(1 + this.#log.jobs - this.#log.jobOf(entry)));
  }

  /** The part of the weight of both jobs that the marked one shares with an earlier one; 0 if that has fallen out. */
  #likeness(job: number, whole: number): number {
    if (!this.#log.has(job)) return 0;
    let shared = 0;
    let all = whole;
    for (let entry = this.#log.firstOf(job); entry < this.#log.firstOf(job + 1); entry++) {
      const buffer = this.#log.bufferOf(entry);
      if (this.#marked[buffer] === this.#log.jobs) shared += this.#weight[buffer] as number;
      else all += this.#weightOf(buffer);
    }
    return shared / all;
  }

  /** Looks for an earlier job that is like the marked one, and follows it. */
  #find(buffers: readonly number[], whole: number): void {
    const tries = this.#tries;
    tries.length = 0;
    for (const buffer of buffers) {
      const entry = this.#log.latest(buffer);
      if (entry < 0) continue;
      const job = this.#log.jobOf(entry);
      if (!tries.includes(job)) tries.push(job);
    }
    tries.sort((a, b) => a - b);
    let best = 0;
    let found = -1;
    for (let at = 0; at < tries.length && at < triesMax; at++) {
      const likeness = this.#likeness(tries[at] as number, whole);
      if (likeness <= best) continue;
      best = likeness;
      found = tries[at] as number;
    }
    this.#thread++;
    this.#told = -1;
    this.#run = best >= alikeLeast ? 1 : 0;
    this.#follows = this.#run > 0 ? found : -1;
  }

  #grow(least: number): void {
    const length = Math.max(least, 2 * this.#marked.length, 64);
    const longer = (from: Float64Array, fill: number): Float64Array => {
      const to = new Float64Array(length).fill(fill);
      to.set(from);
      return to;
    };
    this.#expected = longer(this.#expected, -1);
    this.#byThread = longer(this.#byThread, 0);
    this.#marked = longer(this.#marked, -1);
    this.#weight = longer(this.#weight, 0);
  }
}
