/** The yardstick of the explorer's speed: hand-written generators and a random driver that checks and remembers nothing. */

const [load, store, add, exchange, cas, notify, sleep] = [0, 1, 2, 3, 4, 5, 6] as const;

interface Operation {
  code: number;
  words: Int32Array;
  index: number;
  a: number;
  b: number;
}

type Steps = Generator<Operation, number | undefined, number | boolean | undefined>;

const newOperation = (): Operation => ({ code: 0, words: new Int32Array(0), index: 0, a: 0, b: 0 });
let current = newOperation();

function operation(code: number, words: Int32Array, index: number, a: number, b: number): Operation {
  current.code = code;
  current.words = words;
  current.index = index;
  current.a = a;
  current.b = b;
  return current;
}

function* lock(words: Int32Array, index: number): Steps {
  if (yield operation(cas, words, index, 0, 1)) return undefined;
  while ((yield operation(exchange, words, index, 2, 0)) !== 0) yield operation(sleep, words, index, 2, 0);
  return undefined;
}

function* unlock(words: Int32Array, index: number): Steps {
  if ((yield operation(add, words, index, -1, 0)) === 1) return undefined;
  yield operation(store, words, index, 0, 0);
  yield operation(notify, words, index, 0, 0);
  return undefined;
}

function* withBoth(words: Int32Array): Steps {
  yield* lock(words, 0);
  yield* lock(words, 1);
  const seen = Number(yield operation(load, words, 2, 0, 0));
  yield operation(store, words, 2, seen + 1, 0);
  yield* unlock(words, 1);
  yield* unlock(words, 0);
  return seen;
}

/** Runs `two-locks-bare.scenario.ts` by hand, `executions` times. Answers the number of operations. */
export function runMinimal(executions: number): number {
  let points = 0;
  let seed = 12_345;
  const pending = [newOperation(), newOperation(), newOperation()] as const;
  for (let execution = 0; execution < executions; execution++) {
    const words = new Int32Array(new SharedArrayBuffer(16));
    const agents = [withBoth(words), withBoth(words), withBoth(words)] as const;
    let ready = 0;
    let parked = 0;
    const resume = (agent: 0 | 1 | 2, value: number | boolean | undefined): void => {
      current = pending[agent];
      if (agents[agent].next(value).done === true) ready &= ~(1 << agent);
      else ready |= 1 << agent;
    };
    for (const agent of [0, 1, 2] as const) resume(agent, undefined);
    while (ready !== 0) {
      seed ^= seed << 13;
      seed ^= seed >>> 17;
      seed ^= seed << 5;
      const count = (ready & 1) + ((ready >> 1) & 1) + ((ready >> 2) & 1);
      let bits = ready;
      for (let skip = (seed >>> 1) % count; skip > 0; skip--) bits &= bits - 1;
      const agent = (31 - Math.clz32(bits & -bits)) as 0 | 1 | 2;
      const { code, index, a, b } = pending[agent];
      points++;
      const old = words[index] ?? 0;
      let result: number | boolean = old;
      if (code === store || code === exchange) words[index] = a;
      else if (code === add) words[index] = old + a;
      else if (code === cas) {
        result = old === a;
        if (result) words[index] = b;
      } else if (code === notify) {
        for (const other of [0, 1, 2] as const) {
          if (((parked >> other) & 1) === 0 || pending[other].index !== index) continue;
          parked &= ~(1 << other);
          resume(other, undefined);
        }
      } else if (code === sleep && old === a) {
        parked |= 1 << agent;
        ready &= ~(1 << agent);
        continue;
      }
      resume(agent, result);
    }
  }
  return points;
}
