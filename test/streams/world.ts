/** Things that know whether they are disposed, sources and stages that move one microtask at a time, and gates. */

export class Item implements Disposable {
  readonly index: number;
  disposals = 0;
  cancels = 0;
  constructor(index: number) {
    this.index = index;
  }
  [Symbol.dispose](): void {
    this.disposals++;
  }
}

/** A promise with its ends in hand. */
export interface Gate<T = void> {
  readonly passed: Promise<T>;
  open(value: T): void;
  fail(error: unknown): void;
}

export function gate<T = void>(): Gate<T> {
  const made: { open?: (value: T) => void; fail?: (error: unknown) => void } = {};
  const passed = new Promise<T>((open, fail) => {
    made.open = open;
    made.fail = fail;
  });
  return { passed, open: (value) => made.open?.(value), fail: (error) => made.fail?.(error) };
}

export async function microtasks(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await undefined;
}

/** Everything that can happen without time passing has happened. */
export function quiet(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

export interface Source extends AsyncIterable<Item> {
  readonly made: Item[];
  /** How often it was asked to end early. */
  ends: number;
}

/** Makes `count` items, each after some microtasks; then ends, or throws `failure` if there is one. */
export function sourceOf(count: number, options: { ticks?: (index: number) => number; failure?: Error } = {}): Source {
  const source: Source = {
    made: [],
    ends: 0,
    async *[Symbol.asyncIterator]() {
      let isDone = false;
      try {
        for (let index = 0; index < count; index++) {
          await microtasks(options.ticks?.(index) ?? 1);
          const item = new Item(index);
          source.made.push(item);
          yield item;
        }
        isDone = true;
        if (options.failure) throw options.failure;
      } finally {
        if (!isDone) source.ends++;
      }
    },
  };
  return source;
}

export async function collect<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of stream) all.push(item);
  return all;
}

/** An iterator made by hand, which says how often it was asked to end; generators forgive what it counts. */
export function strictSource(next: () => Promise<IteratorResult<Item>>, end: Promise<void> = Promise.resolve()) {
  const asked = { opened: 0, next: 0, end: 0 };
  const source: AsyncIterable<Item> = {
    [Symbol.asyncIterator]() {
      asked.opened++;
      return {
        next() {
          asked.next++;
          return next();
        },
        async return() {
          asked.end++;
          await end;
          return { done: true, value: undefined };
        },
      };
    },
  };
  return { source, asked };
}

/** The `next` of an iterator over `count` items, which then ends, or rejects with `failure` if there is one. */
export function nextOf(count: number, failure?: Error): () => Promise<IteratorResult<Item>> {
  let index = 0;
  return async () => {
    if (index < count) return { done: false, value: new Item(index++) };
    if (failure) throw failure;
    return { done: true, value: undefined };
  };
}
