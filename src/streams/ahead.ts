// Works ahead of a loop: several items under way at once, results in input order, and nothing left behind when the loop is left.
import { FencelineError, fail } from '../base/errors.ts';
import { discard } from './discard.ts';

/** What `ahead` calls for each item. `signal` aborts when the loop is left, fails or is aborted. */
export type Stage<T, R> = (item: T, index: number, signal: AbortSignal) => R | Promise<R>;

/**
 * Up to `limit` items under way, yielded in input order.
 *
 * Under way is what was taken from the source and not yet taken from here, so memory is bounded by `limit` items however fast the
 * source is; the next one starts while the loop's body works on the last. The source is asked for one item at a time, and not for
 * the next before the stage was called with this one: what a stage does before its first `await` is done while a source that owns
 * its items (`windows`) still has them all.
 * An item belongs to its stage, and a result to whoever took it. Leaving the loop aborts the stages' signal, waits for the stages
 * under way to end, closes the source, and discards results that were not taken: `cancel()` if they have it, then dispose.
 * After an abort nothing is waited for; the rest is discarded when its stage ends.
 *
 * @param limit Items under way at most, from 1.
 * @param options.signal Stops the loop and the stages; the loop throws its reason.
 * Outcomes: results in order; the error of the first stage, in input order, that failed, after all results before it, while later
 * ones are discarded; the source's error, after all results; throws EINVAL at the call for a limit that is no positive integer.
 */
export function ahead<T, R>(
  source: AsyncIterable<T> | Iterable<T>,
  limit: number,
  stage: Stage<T, R>,
  options: { signal?: AbortSignal } = {},
): AsyncGenerator<R, void, void> {
  if (!Number.isSafeInteger(limit) || limit < 1) {
    fail('EINVAL', `The limit of items under way (${limit}) is not a positive integer.`, { argument: 'limit' });
  }
  if (typeof stage !== 'function')
    fail('EINVAL', `The stage (${typeof stage}) is not a function.`, { argument: 'stage' });
  return new Work(source, limit, stage, options.signal).results();
}

/** One item, from when it was taken from the source. A failure of the source stands in line as an item, too. */
interface Entry<R> {
  state: 'pending' | 'done' | 'failed';
  value: R | undefined;
  error: unknown;
}

class Work<T, R> {
  readonly #source: AsyncIterable<T> | Iterable<T>;
  readonly #limit: number;
  readonly #stage: Stage<T, R>;
  readonly #outer: AbortSignal | undefined;
  readonly #inner: AbortController = new AbortController();
  /** In input order: what was taken from the source and not yet taken from here. */
  readonly #line: Entry<R>[] = [];
  /** Stages and discards that have not ended. They never reject. */
  readonly #running: Set<Promise<void>> = new Set();
  #iterator: AsyncIterator<T> | Iterator<T> | undefined;
  #isPulling = false;
  /** Nothing more is started: the source ended or failed, a stage failed, or the loop was left. */
  #isOver = false;
  #hasSourceEnded = false;
  #isLeft = false;
  #count = 0;
  #wake: (() => void) | undefined;
  /** The first failure of a discard; it is told if there is nothing worse to tell. */
  #failure: { readonly error: unknown } | undefined;

  constructor(
    source: AsyncIterable<T> | Iterable<T>,
    limit: number,
    stage: Stage<T, R>,
    outer: AbortSignal | undefined,
  ) {
    this.#source = source;
    this.#limit = limit;
    this.#stage = stage;
    this.#outer = outer;
  }

  async *results(): AsyncGenerator<R, void, void> {
    const onAbort = () => {
      this.#inner.abort(this.#outer?.reason);
      this.#wake?.();
    };
    this.#outer?.addEventListener('abort', onAbort, { once: true });
    let hasFailed = true;
    try {
      this.#outer?.throwIfAborted();
      this.#iterator = iteratorOf(this.#source);
      for (let entry = await this.#next(); entry !== undefined; entry = await this.#next()) {
        if (entry.state === 'failed') throw entry.error;
        // A loop that is left stands at this yield and goes on below, in finally, without another word.
        hasFailed = false;
        yield entry.value as R;
        hasFailed = true;
      }
      hasFailed = false;
    } finally {
      this.#outer?.removeEventListener('abort', onAbort);
      await this.#leave(hasFailed);
    }
  }

  /** The first in line once it has ended, or undefined after the last. */
  async #next(): Promise<Entry<R> | undefined> {
    for (;;) {
      this.#outer?.throwIfAborted();
      this.#pull();
      const [head] = this.#line;
      if (head === undefined && this.#isOver) return undefined;
      if (head !== undefined && head.state !== 'pending') {
        this.#line.shift();
        this.#pull();
        return head;
      }
      // Nothing can happen between the checks above and this: both stand in one task.
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  #pull(): void {
    if (this.#isPulling || this.#isOver || this.#line.length >= this.#limit) return;
    this.#isPulling = true;
    void this.#pullOne();
  }

  async #pullOne(): Promise<void> {
    try {
      const step = await this.#iterator?.next();
      if (step === undefined || step.done) this.#hasSourceEnded = this.#isOver = true;
      else this.#start(await step.value);
    } catch (error) {
      this.#hasSourceEnded = this.#isOver = true;
      this.#line.push({ state: 'failed', value: undefined, error });
    }
    this.#isPulling = false;
    this.#pull();
    this.#wake?.();
  }

  #start(item: T): void {
    // The source made it while a stage failed or the loop was left: no stage will see it.
    if (this.#isOver) {
      this.#discard(item);
      return;
    }
    const entry: Entry<R> = { state: 'pending', value: undefined, error: undefined };
    this.#line.push(entry);
    this.#track(this.#run(entry, item, this.#count++));
  }

  async #run(entry: Entry<R>, item: T, index: number): Promise<void> {
    try {
      const value = await this.#stage(item, index, this.#inner.signal);
      if (this.#isLeft) this.#discard(value);
      entry.value = value;
      entry.state = 'done';
    } catch (error) {
      entry.error = error;
      entry.state = 'failed';
      this.#isOver = true;
    }
    this.#wake?.();
  }

  async #leave(hasFailed: boolean): Promise<void> {
    this.#isLeft = this.#isOver = true;
    const reason = new FencelineError('ECANCELED', 'The loop was left before this item was taken.', {});
    this.#inner.abort(this.#outer?.aborted ? this.#outer.reason : reason);
    for (const { state, value } of this.#line.splice(0)) if (state === 'done') this.#discard(value);
    const closed = this.#close();
    if (this.#outer?.aborted) return;
    while (this.#running.size > 0) await Promise.all(this.#running);
    if (hasFailed) return;
    // A source that is slow to end does not hold back an error, but a loop that was merely left ends with its source.
    await closed;
    if (this.#failure) throw this.#failure.error;
  }

  /** Asks the source to end, even while it makes an item: some can stop at once, the others answer when it is made. */
  async #close(): Promise<void> {
    try {
      if (!this.#hasSourceEnded) await this.#iterator?.return?.();
    } catch (error) {
      this.#failure ??= { error };
    }
  }

  #discard(value: unknown): void {
    const discarded = discard(value).catch((error: unknown) => {
      this.#failure ??= { error };
    });
    this.#track(discarded);
  }

  #track(work: Promise<void>): void {
    this.#running.add(work);
    void work.then(() => this.#running.delete(work));
  }
}

function iteratorOf<T>(source: AsyncIterable<T> | Iterable<T>): AsyncIterator<T> | Iterator<T> {
  return Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
}
