// Kernels that tests of pools call. What they count in passing goes to a buffer that they only `read`, with Atomics, so
// that counting does not order them.
import { kernel, many, read, serve, update, value, write } from 'fenceline';

const numbers = ['n'] as const;

/** The meter is written behind the library's back, on purpose: it must not order what it measures. */
function meterOf(view: { readonly data: unknown }): Int32Array {
  return view.data as Int32Array;
}

function spinMs(ms: number, isOver: () => boolean = () => false): void {
  const end = performance.now() + ms;
  while (performance.now() < end && !isOver());
}

const fill = kernel({ dst: write('i32', numbers), with: 'i32' }, (args) => void args.dst.data.fill(args.with));
const add = kernel({ dst: update('i32', numbers), by: 'i32' }, ({ dst, by }) => {
  dst.data.forEach((one, at) => {
    dst.data[at] = one + by;
  });
});
const copy = kernel({ src: read('i32', numbers), dst: write('i32', numbers) }, ({ src, dst }) => {
  src.data.forEach((one, at) => {
    dst.data[at] = one;
  });
});
const sum = kernel({ src: read('i32', numbers) }, ({ src }) => src.data.reduce((total, one) => total + one, 0));
const sumMany = kernel({ all: many(read('i32', numbers)) }, ({ all }) =>
  all.map(({ data }) => data.reduce((total, one) => total + one, 0)),
);

/** The largest that was ever noted stays, whoever notes another one at the same time. */
function noteMost(words: Int32Array, at: number, value: number): void {
  for (let most = Atomics.load(words, at); value > most; most = Atomics.load(words, at)) {
    if (Atomics.compareExchange(words, at, most, value) === most) return;
  }
}

/** meter: [inside now, most inside at once, how often]. Stays until `until` are inside, or gives up. */
const meet = kernel({ at: read('i32', numbers), meter: read('i32', ['k']), until: 'i32' }, ({ meter, until }) => {
  const words = meterOf(meter);
  const inside = Atomics.add(words, 0, 1) + 1;
  noteMost(words, 1, inside);
  spinMs(20_000, () => Atomics.load(words, 1) >= until);
  Atomics.sub(words, 0, 1);
  return Atomics.load(words, 1);
});
const alone = kernel({ at: update('i32', numbers), meter: read('i32', ['k']), ms: 'i32' }, ({ at, meter, ms }) => {
  const words = meterOf(meter);
  const inside = Atomics.add(words, 0, 1) + 1;
  noteMost(words, 1, inside);
  spinMs(ms);
  at.data[0] = (at.data[0] ?? 0) + 1;
  Atomics.sub(words, 0, 1);
});
/** Notes when it ran: meter[0] is the next place, its number goes there. */
const note = kernel({ meter: read('i32', ['k']), number: 'i32' }, ({ meter, number }) => {
  const words = meterOf(meter);
  Atomics.store(words, 1 + Atomics.add(words, 0, 1), number);
});
/** Sets meter[0], then waits until somebody sets meter[1]. */
const gate = kernel({ meter: read('i32', ['k']), dst: many(write('i32', numbers)) }, ({ meter, dst }, job) => {
  const words = meterOf(meter);
  Atomics.add(words, 0, 1);
  spinMs(8000, () => Atomics.load(words, 1) !== 0 || job.cancelled);
  for (const one of dst) one.data.fill(7);
  return job.cancelled;
});
const rowsOf = kernel(
  { dst: write('i32', ['rows', 'columns']) },
  ({ dst }, job) => {
    dst.data.fill(job.from);
    return { from: job.from, rows: dst.shape[0] };
  },
  { split: ['dst'] },
);
const rowSums = kernel(
  { src: read('i32', ['rows', 'columns']), dst: write('i32', ['rows', 1]) },
  ({ src, dst }) => {
    const columns = src.shape[1];
    for (let row = 0; row < src.shape[0]; row++) {
      dst.data[row] = src.data.subarray(row * columns, (row + 1) * columns).reduce((total, one) => total + one, 0);
    }
  },
  { split: ['src', 'dst'] },
);
const boom = kernel({ dst: many(write('i32', numbers)), word: value<string>() }, ({ dst, word }) => {
  for (const one of dst) one.data.fill(-1);
  throw new RangeError(word);
});
const boomPart = kernel(
  { dst: write('i32', ['rows']), at: 'i32' },
  ({ dst }, job) => {
    if (job.from === 0) throw new Error(`part at ${job.from}`);
    spinMs(20_000, () => job.cancelled);
    dst.data.fill(1);
  },
  { split: ['dst'] },
);
const later = kernel({ dst: write('i32', numbers), ms: 'i32' }, async ({ dst, ms }) => {
  await new Promise((resolve) => setTimeout(resolve, ms));
  dst.data.fill(ms);
  return ms;
});
const laterBoom = kernel({ ms: 'i32' }, async ({ ms }) => {
  await new Promise((resolve) => setTimeout(resolve, ms));
  throw new Error('after a while');
});
const echo = kernel(
  { it: value<unknown>(), f: 'f32', d: 'f64', i: 'i32', u: 'u32', is: 'bool' },
  ({ it, f, d, i, u, is }) => ({ it, f, d, i, u, is }),
);
const odd = kernel({}, () => () => 'a function cannot travel');
/** Stops its thread in the middle of its work, the first time: the file of the crash is meter[0]. */
const crashOnce = kernel({ dst: write('i32', numbers), meter: read('i32', ['k']) }, ({ dst, meter }) => {
  if (Atomics.add(meterOf(meter), 0, 1) === 0) process.exit(3);
  dst.data.fill(5);
});
const crashInPlace = kernel({ dst: update('i32', numbers) }, ({ dst }) => {
  dst.data.fill(9);
  process.exit(3);
});
/** Takes its time, in small steps, so that it may be killed anywhere. */
const work = kernel({ src: read('i32', numbers), dst: write('i32', numbers) }, ({ src, dst }, job) => {
  for (let round = 0; round < 40 && !job.cancelled; round++) {
    src.data.forEach((one, at) => {
      dst.data[at] = one + 1;
    });
  }
  return { words: 'x'.repeat(600) };
});
/** Works on buffers of the space itself, from inside a kernel. */
const inside = kernel({ count: 'i32' }, async ({ count }, job) => {
  using mine = job.space.buffer('i32', [count]);
  await mine.set(Array.from({ length: count }, (_, at) => at));
  await job.space.transaction(async (tx) => {
    const draft = await tx.edit(mine);
    draft.data[0] = 100;
  });
  const map = mine.mapSync('read');
  const total = map.data.reduce((all, one) => all + one, 0);
  map.dispose();
  return total;
});

const long = kernel({ length: 'i32' }, ({ length }) => 'x'.repeat(length));
/** Throws whatever it is told to, also what cannot travel. */
const throwIt = kernel({ what: value<unknown>(), kind: value<string>() }, ({ what, kind }) => {
  if (kind === 'cycle') {
    const error = new Error('around');
    error.cause = error;
    throw error;
  }
  throw kind === 'function' ? () => what : kind === 'long' ? new Error('y'.repeat(1e6)) : what;
});

export default serve({
  ...{ fill, add, copy, sum, sumMany, meet, alone, note, gate, rowsOf, rowSums, boom, boomPart, later, laterBoom },
  ...{ long, throwIt, echo, odd, crashOnce, crashInPlace, work, inside },
});
