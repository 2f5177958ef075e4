/**
 * How long each buffer was not used, against its own intervals: when it is expected if they repeat, when it is overdue,
 * and what the table of its client (return-table.ts) makes of its age. Tells when a buffer comes of another age.
 */
import { countOf } from './history.ts';
import { repeatedInterval, usualInterval } from './intervals.ts';
import { bandCount, bandOf, FEW, MANY, ONCE, REPEATING, ReturnTable, startOf, TWICE } from './return-table.ts';
import { TimerWheels } from './timer-wheels.ts';

/** What was used once has no interval yet: its age is counted in these, in jobs. */
const onceScale = 8;
/** From how many intervals on that do not repeat they are many. */
const manyLeast = 5;
/** A repeating buffer is overdue when it is this part of its interval, and a job, late. */
const slack = 0.25;

const unknown = -1;

export class Ages {
  /** By client: its table, and when its buffers come of another age, on its clock. */
  readonly #tables: ReturnTable[] = [];
  readonly #timers: TimerWheels = new TimerWheels();
  /** By buffer: what it is to its table, the interval that its age is counted in, when it was used, the band it is in. */
  #kind: Int8Array = new Int8Array(0);
  #scale: Float64Array = new Float64Array(0);
  #used: Float64Array = new Float64Array(0);
  #band: Int8Array = new Int8Array(0);
  #client: Int32Array = new Int32Array(0);

  /**
   * The buffer was used at `used`, in the time of its client, which shows `now`; this is its history since.
   * Outcomes: true if that is a use that was not known.
   */
  noteUse(buffer: number, client: number, used: number, now: number, history: Int32Array): boolean {
    this.#reach(buffer);
    const isKnown = this.#kind[buffer] !== unknown && this.#client[buffer] === client;
    if (isKnown && this.#used[buffer] === used) return false;
    if (isKnown && used > (this.#used[buffer] as number)) this.#noteReturn(buffer, used);
    const count = countOf(history);
    const repeated = repeatedInterval(history);
    this.#client[buffer] = client;
    this.#used[buffer] = used;
    this.#kind[buffer] = kindOf(count, repeated);
    this.#scale[buffer] = count === 0 ? onceScale : repeated > 0 ? repeated : usualInterval(history);
    this.#band[buffer] = bandOf(this.#ageOf(buffer, now));
    this.#setTimer(buffer, now);
    return true;
  }

  /** The buffer of this number is another one now. */
  forget(buffer: number): void {
    if (buffer >= this.#kind.length) return;
    this.#kind[buffer] = unknown;
    this.#timers.cancel(buffer);
  }

  /** Tells the buffers of the client that have come of another age, or overdue, by `now`. */
  comeOfAge(client: number, now: number, tell: (buffer: number) => void): void {
    for (;;) {
      const buffer = this.#timers.take(client, now);
      if (buffer < 0) return;
      this.#noteAge(buffer, bandOf(this.#ageOf(buffer, now), this.#band[buffer]));
      this.#setTimer(buffer, now);
      tell(buffer);
    }
  }

  /** When the buffer comes back if its intervals repeat, in its client's time; -1 if they do not, or it is overdue. */
  expectedAt(buffer: number, now: number): number {
    const kind = this.#kind[buffer];
    if (kind !== TWICE && kind !== REPEATING) return -1;
    const used = this.#used[buffer] as number;
    const scale = this.#scale[buffer] as number;
    return now > used + overdueAfter(scale) ? -1 : used + scale;
  }

  /** How far away its next use counts as by its age, in jobs of its client. */
  distanceOf(buffer: number): number {
    const table = this.#tables[this.#client[buffer] as number];
    if (table === undefined || this.#kind[buffer] === unknown) return 1;
    return (
      (this.#scale[buffer] as number) * table.distanceOf(this.#kind[buffer] as number, this.#band[buffer] as number)
    );
  }

  /** Draws the conclusions from what came back. */
  learn(client: number): void {
    this.#tables[client]?.learn();
  }

  clear(): void {
    this.#tables.length = 0;
    this.#timers.clear();
    this.#kind.fill(unknown);
  }

  #noteReturn(buffer: number, used: number): void {
    const band = bandOf(this.#ageOf(buffer, used), this.#band[buffer]);
    this.#noteAge(buffer, band);
    this.#tableOf(buffer).noteReturn(this.#kind[buffer] as number, band);
  }

  /** It has come into this band; it passed all before. */
  #noteAge(buffer: number, band: number): void {
    const table = this.#tableOf(buffer);
    for (let passed = this.#band[buffer] as number; passed < band; passed++) {
      table.notePass(this.#kind[buffer] as number, passed);
    }
    this.#band[buffer] = band;
  }

  #setTimer(buffer: number, now: number): void {
    const [used, scale, band] = [this.#used[buffer], this.#scale[buffer], this.#band[buffer]] as [
      number,
      number,
      number,
    ];
    const repeats = this.expectedAt(buffer, now) >= 0;
    if (!repeats && band >= bandCount - 1) {
      this.#timers.cancel(buffer);
      return;
    }
    const after = repeats ? Math.floor(overdueAfter(scale)) + 1 : Math.ceil(startOf(band + 1) * scale);
    this.#timers.set(buffer, this.#client[buffer] as number, Math.max(used + after, now + 1));
  }

  #ageOf(buffer: number, now: number): number {
    return (now - (this.#used[buffer] as number)) / (this.#scale[buffer] as number);
  }

  #tableOf(buffer: number): ReturnTable {
    const client = this.#client[buffer] as number;
    const known = this.#tables[client];
    if (known !== undefined) return known;
    const table = new ReturnTable();
    this.#tables[client] = table;
    return table;
  }

  #reach(buffer: number): void {
    const length = this.#kind.length;
    if (buffer < length) return;
    const longer = Math.max(buffer + 1, 2 * length, 64);
    const kind = new Int8Array(longer).fill(unknown);
    kind.set(this.#kind);
    this.#kind = kind;
    const band = new Int8Array(longer);
    band.set(this.#band);
    this.#band = band;
    const client = new Int32Array(longer);
    client.set(this.#client);
    this.#client = client;
    const [scale, used] = [new Float64Array(longer), new Float64Array(longer)];
    scale.set(this.#scale);
    used.set(this.#used);
    [this.#scale, this.#used] = [scale, used];
  }
}

function kindOf(count: number, repeated: number): number {
  if (count === 0) return ONCE;
  if (count === 1) return TWICE;
  if (repeated > 0) return REPEATING;
  return count < manyLeast ? FEW : MANY;
}

function overdueAfter(interval: number): number {
  return interval * (1 + slack) + 1;
}
