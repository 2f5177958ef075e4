/** What the tests call in the page. The quickstart stands here in the form for bundlers. */
import { FencelineError, MiB, type Pool, Space, workers } from 'fenceline';
import type { Invitation } from './guest.ts';
import type kernels from './kernels.ts';
import type lateKernels from './late-kernels.ts';
import { height, type Picture, pixelsOf, plainPicture, width } from './picture.ts';

/** Attempts of this thread to block, as index.html counts them. */
declare const waitsOfPage: number;

type Kernels = Pool<typeof kernels>;

const openWorker = (): Worker => new Worker(new URL('./kernels.ts', import.meta.url), { type: 'module' });
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function drawEdges(space: Space, pool: Kernels): Promise<Picture> {
  const { blur, edges } = pool.run;
  using photo = space.buffer('u8', [height, width, 4]);
  using soft = space.buffer('u8', [height, width, 4]);
  using lines = space.buffer('u8', [height, width]);
  await photo.set(pixelsOf());
  blur({ src: photo, dst: soft, radius: 3 });
  const job = edges({ src: soft, dst: lines, threshold: 24 });
  const gray = [...(await lines.get())];
  const found = (await job.wait()).reduce((sum, part) => sum + part.found, 0);
  return { gray, found };
}

/** On threads, or on this one where there is no shared memory: the same program. */
async function quickstart() {
  const space = Space.create({ budgetBytes: 16 * MiB });
  const pool = await workers<typeof kernels>(space, openWorker, { count: 2, inline: () => import('./kernels.ts') });
  const picture = await drawEdges(space, pool);
  const { isShared } = space;
  const startedAt = performance.now();
  await space.close();
  return { picture, isShared, waits: waitsOfPage, closeMs: performance.now() - startedAt };
}

/** A pool whose busy worker the page ends behind its back. */
async function crash() {
  await using space = Space.create({ budgetBytes: 16 * MiB });
  const rounds = new Int32Array(new SharedArrayBuffer(8));
  const made: Worker[] = [];
  await using pool = await workers<typeof kernels>(space, () => openCounting(made, rounds), { count: 2 });
  await pool.ready;
  const crashes: object[] = [];
  space.on('crash', ({ worker, replaced }) => crashes.push({ worker, replaced }));
  const job = pool.run.spin({ out: space.buffer('i32', [1]) });
  while (Atomics.load(rounds, 0) === 0) await pause(5);
  const victim = Atomics.load(rounds, 1);
  const endedAt = performance.now();
  made[victim]?.terminate();
  const outcome = await job.settled();
  const proofMs = performance.now() - endedAt;
  const atProof = Atomics.load(rounds, 0);
  await pause(200);
  const roundsAfterProof = Atomics.load(rounds, 0) - atProof;
  const codes = outcome.status === 'failed' ? codesOf(outcome.error) : [outcome.status];
  const picture = await drawEdges(space, pool);
  return { codes, victim, crashes, proofMs, roundsAfterProof, made: made.length, picture, waits: waitsOfPage };
}

/** Closing a pool whose worker does not listen. */
async function closeBusy() {
  await using space = Space.create({ budgetBytes: 16 * MiB });
  const rounds = new Int32Array(new SharedArrayBuffer(8));
  const pool = await workers<typeof kernels>(space, () => openCounting([], rounds), { count: 2 });
  const job = pool.run.spin({ out: space.buffer('i32', [1]) });
  while (Atomics.load(rounds, 0) === 0) await pause(5);
  await pool.close({ abort: true });
  const atClose = Atomics.load(rounds, 0);
  await pause(200);
  return { status: job.status, roundsAfterClose: Atomics.load(rounds, 0) - atClose, agents: agentsOf(space) };
}

/** A thread that joined by itself is ended in the middle of a transaction, and the workers of its pool with it. */
async function endGuest() {
  await using space = Space.create({ budgetBytes: 16 * MiB });
  const account = space.buffer('i32', [1]);
  await account.set([40]);
  const rounds = new Int32Array(new SharedArrayBuffer(8));
  const guest = new Worker(new URL('./guest.ts', import.meta.url), { type: 'module' });
  const isInside = new Promise((resolve) => guest.addEventListener('message', resolve, { once: true }));
  guest.postMessage({ space: space.handle, account: account.handle, rounds } satisfies Invitation);
  await isInside;
  const before = agentsOf(space);
  const endedAt = performance.now();
  guest.terminate();
  await space.transaction(async (tx) => {
    const draft = await tx.edit(account);
    draft.data[0] = (draft.data[0] ?? 0) + 2;
  });
  const proofMs = performance.now() - endedAt;
  while (agentsOf(space) > 1 && performance.now() - endedAt < 20_000) await pause(20);
  const atProof = Atomics.load(rounds, 0);
  await pause(200);
  const roundsAfterProof = Atomics.load(rounds, 0) - atProof;
  return { before, after: agentsOf(space), proofMs, roundsAfterProof, account: [...(await account.get())] };
}

/**
 * Workers are ended one after the other, at random moments, while others draw. What was not hit must be right.
 * One worker is always in the middle of a kernel: idle ones end between two jobs, because they pass their event loop.
 */
async function killAll(kills: number, seed: number) {
  await using space = Space.create({ budgetBytes: 16 * MiB });
  const made: Worker[] = [];
  const rounds = new Int32Array(new SharedArrayBuffer(8));
  const pool = await workers<typeof kernels>(space, () => openCounting(made, rounds), { count: 3 });
  await pool.ready;
  let replacedCount = 0;
  space.on('crash', ({ replaced }) => {
    if (replaced) replacedCount++;
  });
  const tally = { right: 0, wrong: 0, hit: 0, other: [] as string[] };
  const expected = JSON.stringify(plainPicture());
  let isGoing = true;
  const draw = async (): Promise<void> => {
    while (isGoing) {
      await drawEdges(space, pool).then(
        (picture) => (JSON.stringify(picture) === expected ? tally.right++ : tally.wrong++),
        (error: unknown) => {
          const [code] = codesOf(error);
          if (code === 'EOWNERDEAD' || code === 'EINPUT') tally.hit++;
          else if (isGoing) tally.other.push(String(error));
        },
      );
    }
  };
  const spin = async (): Promise<void> => {
    while (isGoing) {
      using out = space.buffer('i32', [1]);
      const outcome = await pool.run.spin({ out }).settled();
      if (outcome.status === 'failed' && outcome.error.code === 'EOWNERDEAD') tally.hit++;
      else if (isGoing) tally.other.push(`spin: ${outcome.status}`);
    }
  };
  const loads = [draw(), draw(), spin()];
  let state = seed;
  const random = (limit: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return Math.floor((state / 0x80000000) * limit);
  };
  for (let kill = 0; kill < kills; kill++) {
    await pause(random(1000));
    // One that is gone already may be named again: then nothing happens, which is a round like any other.
    const from = kill % 2 === 0 ? 0 : Math.max(0, made.length - 4);
    made[from + random(made.length - from)]?.terminate();
  }
  isGoing = false;
  await pool.close({ abort: true });
  await Promise.all(loads);
  const heap = /heap system: (\d+) of/.exec(space.describe())?.[1];
  return { ...tally, replacedCount, made: made.length, agents: agentsOf(space), usedBytes: Number(heap) };
}

/** What a pool says of modules that never come, and that come late. */
async function loading() {
  await using space = Space.create({ budgetBytes: 16 * MiB });
  const missing = await workers(space, () => new Worker('./not-there.js', { type: 'module' }), { count: 2 }).then(
    () => 'it loaded',
    (error: unknown) => (FencelineError.is(error, 'EINVAL') ? error.message : String(error)),
  );
  const openLate = (): Worker => new Worker(new URL('./late-kernels.ts', import.meta.url), { type: 'module' });
  await using pool = await workers<typeof lateKernels>(space, openLate, { count: 1 });
  const out = space.buffer('u8', [4]);
  pool.run.fill({ out });
  return { missing, late: [...(await out.get())] };
}

async function withoutInline(): Promise<string> {
  const space = Space.create({ budgetBytes: 16 * MiB });
  const failure: unknown = await workers(space, openWorker).catch((error: unknown) => error);
  await space.close();
  return failure instanceof Error ? failure.message : 'it loaded';
}

function agentsOf(space: Space): number {
  return Number(/agents: (\d+)/.exec(space.describe())?.[1]);
}

function openCounting(made: Worker[], rounds: Int32Array): Worker {
  const worker = openWorker();
  worker.postMessage({ rounds });
  made.push(worker);
  return worker;
}

function codesOf(error: unknown): readonly unknown[] {
  return error instanceof FencelineError ? [error.code, ...(error.cause ? codesOf(error.cause) : [])] : [];
}

const fixture = { quickstart, crash, closeBusy, endGuest, killAll, loading, withoutInline };
export type Fixture = typeof fixture;
Object.assign(globalThis, { fixture });
