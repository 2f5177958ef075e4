/** A thread without SharedArrayBuffer, as a page without the headers is: prints what the public API does there. */
import type { Fence, Pool, Space } from 'fenceline';

// Before the library is loaded; a page that is not isolated has no such name either.
Reflect.deleteProperty(globalThis, 'SharedArrayBuffer');
const warnings: string[] = [];
console.warn = (text: string): void => void warnings.push(text);
const { kernel, read, serve, Space: Spaces, update, workers, write } = await import('fenceline');
const { syncObject, timeline } = await import('fenceline/sync');

const numbers = ['n'] as const;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const kernels = serve({
  double: kernel(
    { src: read('i32', numbers), dst: write('i32', numbers) },
    ({ src, dst }) => {
      src.data.forEach((value, index) => {
        dst.data[index] = 2 * value;
      });
      return dst.data.length;
    },
    { split: ['src', 'dst'] },
  ),
  add: kernel({ dst: update('i32', numbers), by: 'i32' }, ({ dst, by }) => {
    dst.data.forEach((value, index) => {
      dst.data[index] = value + by;
    });
  }),
  boom: kernel({ dst: write('i32', numbers) }, () => {
    throw new Error('boom');
  }),
  untilCancelled: kernel({ dst: update('i32', numbers) }, async (_, job) => {
    while (!job.cancelled) await pause(2);
  }),
});
type Kernels = Pool<typeof kernels>;

/** What each part of the API did: a value, or the code of its error. */
async function all(space: Space, pool: Kernels): Promise<object> {
  const { run } = pool;
  const a = space.buffer('i32', [4]);
  const b = a.like();
  await a.set([1, 2, 3, 4]);
  const split = run.double({ src: a, dst: b });
  for (let round = 0; round < 10; round++) run.add({ dst: b, by: 1 });
  const chained = [...(await b.get())];
  const failed = run.boom({ dst: b });
  const chain = [codeOf(await errorOf(failed.wait())), codeOf(await errorOf(b.get()))];
  run.double({ src: a, dst: b });
  const controller = new AbortController();
  const endless = run.untilCancelled({ dst: space.buffer('i32', [1]) }, { signal: controller.signal });
  const others = [...(await b.get())];
  controller.abort();
  const results = {
    chained,
    split: await split.wait(),
    chain,
    others,
    cancelled: codeOf(await errorOf(endless.wait())),
    blocking: codeOf(await errorOf(Promise.resolve().then(() => space.transactionSync((tx) => tx.edit(a))))),
    moved: await transfers(space),
    fences: await fences(space),
    joinsItself: Spaces.join(space.handle) === space,
  };
  await pool.idle;
  return results;
}

/** Two transactions that lock the same two buffers in opposite orders. */
async function transfers(space: Space): Promise<readonly number[]> {
  const [a, b] = [space.buffer('i32', [1]), space.buffer('i32', [1])];
  await Promise.all([a.set([50]), b.set([50])]);
  const move = (from: typeof a, to: typeof a): Promise<void> =>
    space.transaction(async (tx) => {
      const source = await tx.edit(from);
      await pause(2);
      const target = await tx.edit(to);
      source.data[0] = (source.data[0] ?? 0) - 10;
      target.data[0] = (target.data[0] ?? 0) + 10;
    });
  await Promise.all([move(a, b), move(b, a), move(a, b)]);
  return [...(await a.get()), ...(await b.get())];
}

async function fences(space: Space): Promise<readonly string[]> {
  const line = timeline(space, 'line');
  const object = syncObject(space, 'object');
  const submitted = object.submitted();
  const point = line.issue();
  object.replace(point);
  setTimeout(() => line.signal(point), 2);
  const promised = space.fence(pause(2));
  const waited: Fence<unknown>[] = [await submitted, point, promised];
  for (const fence of waited) await fence.wait();
  return waited.map(({ status }) => status);
}

async function errorOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error,
  );
}

function codeOf(error: unknown): unknown {
  return (error as { readonly code?: unknown } | undefined)?.code;
}

const space = Spaces.create({ budgetBytes: 2 ** 20 });
const source = (): never => {
  throw new Error('No worker is started where memory is not shared.');
};
const pool = await workers<typeof kernels>(space, source, { inline: async () => ({ default: kernels }) });
const results = await all(space, pool);
await space.close();
console.log(JSON.stringify({ isShared: space.isShared, warnings, ...results }));
