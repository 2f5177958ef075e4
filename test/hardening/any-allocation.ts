/**
 * A mix of calls that need memory and slots, of which the n-th asked for is refused: every call does all of what it says, or
 * fails with the documented sentence and changes nothing; every other call is as if nothing had been; at the end nothing is left.
 */
import { FencelineError, type SharedBuffer, type Space, type SpaceOptions } from 'fenceline';
import { expect } from 'vitest';
import { coreOf } from '#fenceline/space.js';
import { checkAtRest } from '../memory/check-heap.ts';
import { type JobsPool, startJobs } from '../pool/jobs-pool.ts';
import { accounting } from '../space/accounting.ts';
import { withSpace } from '../space/with-space.ts';
import { Refusals, type Refused } from './refusals.ts';

type Words = SharedBuffer<'i32', readonly [number]>;

const KiB = 1024;
const patienceMs = 30;
/** What takes longer hangs. */
const boundMs = 20_000;

/** What the calls work on. Each buffer is filled with one number. */
interface World {
  readonly space: Space;
  readonly pool: JobsPool;
  readonly buffers: readonly Words[];
  readonly holds: Map<Words, number>;
  /** Those whose last write failed after it was submitted: their readers are told, until somebody replaces what is in them. */
  readonly bad: Set<Words>;
  /** Given back at the end of the mix. */
  readonly made: (() => unknown)[];
  client?: Space;
  own?: Words;
}

/** Outcomes of the mix. */
export interface Mixed {
  /** How often something was asked for that could be refused. */
  readonly asked: number;
  /** Codes of the errors that calls failed with. */
  readonly codes: readonly string[];
}

/** The room for four of the buffers, and a worker. `swap`: a file, or undefined for memory. */
export async function withMix(
  options: SpaceOptions,
  file: string | undefined,
  body: (mix: (kind: Refused, nth: number) => Promise<Mixed>) => Promise<void>,
): Promise<void> {
  const swap = { sizeBytes: 64 * KiB, ...(file === undefined ? {} : { file }) };
  const heaps = [{ name: 'side', sizeBytes: 8 * KiB }];
  await withSpace({ budgetBytes: 16 * KiB, patienceMs, heaps, swap, ...options }, async (space) => {
    const pool = await startJobs(space, { count: 1 });
    await body((kind, nth) => mix(space, pool, kind, nth));
    await pool.close();
  });
}

async function mix(space: Space, pool: JobsPool, kind: Refused, nth: number): Promise<Mixed> {
  const before = accounting(space);
  const buffers = Array.from({ length: 6 }, (_, at) => space.buffer('i32', [KiB], { label: `b${at}` }) as Words);
  const holds = new Map(buffers.map((buffer) => [buffer, 0]));
  const world: World = { space, pool, buffers, holds, bad: new Set(), made: [] };
  const refusals = new Refusals(space);
  const codes: string[] = [];
  refusals.begin(kind, nth);
  try {
    for (const [name, call] of Object.entries(calls)) {
      const code = await outcomeOf(`'${name}', with ${kind} refused the ${nth}. time`, call(world));
      refusals.endCall();
      if (code !== undefined) codes.push(code);
    }
  } finally {
    refusals.end();
  }
  for (const buffer of world.bad) await mend(world, buffer);
  for (const [buffer, value] of holds) expectFilled(await buffer.get(), value);
  for (const buffer of buffers) buffer.dispose();
  for (const giveBack of world.made.toReversed()) await giveBack();
  await expectLike(space, before);
  checkAtRest(coreOf(space).agent);
  return { asked: refusals.asked, codes };
}

/** Outcomes: undefined for success; the code of the documented error it failed with. Throws for any other, and if it hangs. */
async function outcomeOf(name: string, call: Promise<void>): Promise<string | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const hangs = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${name} hangs.`)), boundMs);
  });
  try {
    await Promise.race([call, hangs]);
    return undefined;
  } catch (error) {
    if (!isDocumented(error)) throw new Error(name, { cause: error });
    return (error as FencelineError).code;
  } finally {
    clearTimeout(timer);
  }
}

const sentences: Readonly<Record<string, RegExp>> = {
  ENOMEM: new RegExp(
    `^(There is no room.* for .*, and nobody freed any memory for ${patienceMs} ms\\.|` +
      `Client '.*' has no room for .*, and freed none for ${patienceMs} ms\\.) Held by: .*\\.`,
  ),
  ENOSPC: /^All .* are in use( \(limits\.\w+ is \d+\))?\. Hint: /,
};

/** A lack of memory or slots, or contents that could not be made for want of them. */
function isDocumented(error: unknown): boolean {
  if (FencelineError.is(error, 'EINPUT')) return isDocumented(error.cause);
  return error instanceof FencelineError && sentences[error.code]?.test(error.message) === true;
}

/** Waits until nothing more is held than there was. */
async function expectLike(space: Space, before: ReturnType<typeof accounting>): Promise<void> {
  const deadline = performance.now() + boundMs;
  const isLike = (): boolean => JSON.stringify(accounting(space)) === JSON.stringify(before);
  while (!isLike() && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 1));
  expect(accounting(space)).toEqual(before);
}

function expectFilled(data: ArrayLike<number>, value: number): void {
  for (let index = 0; index < data.length; index++) {
    // One look at each word, and one sentence for all.
    if (data[index] !== value) expect.fail(`Word ${index} is ${data[index]}, and not ${value}.`);
  }
}

function at({ buffers }: World, index: number): Words {
  return buffers[index] as Words; // an index below six
}

/** A call that fills a buffer, if it succeeds. */
async function fills({ holds }: World, buffer: Words, value: number, call: Promise<unknown>): Promise<void> {
  await call;
  holds.set(buffer, value);
}

/** Contents that a failed job should have written are not taken for contents; replaced, they are as any. */
async function mend({ holds }: World, buffer: Words): Promise<void> {
  const error: unknown = await buffer.get().then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect([FencelineError.is(error, 'EINPUT'), isDocumented(error)]).toEqual([true, true]);
  await buffer.set(new Int32Array(KiB).fill(9));
  holds.set(buffer, 9);
}

async function set(world: World, index: number, value: number): Promise<void> {
  await fills(world, at(world, index), value, at(world, index).set(new Int32Array(KiB).fill(value)));
}

async function look(world: World, index: number): Promise<void> {
  const buffer = at(world, index);
  expectFilled(await buffer.get(), world.holds.get(buffer) ?? 0);
}

function expectHeld({ holds }: World, buffer: Words, data: ArrayLike<number>): void {
  expectFilled(data, holds.get(buffer) ?? 0);
}

/** In this order; what a call gets, later ones may miss. */
const calls: Readonly<Record<string, (world: World) => Promise<void>>> = {
  'set the first': (world) => set(world, 0, 10),
  'set the second': (world) => set(world, 1, 11),
  'set the third': (world) => set(world, 2, 12),
  'set the fourth': (world) => set(world, 3, 13),
  'set the fifth': (world) => set(world, 4, 14),
  'set the sixth': (world) => set(world, 5, 15),
  'look at what was swapped out': (world) => look(world, 0),
  'map it': async (world) => {
    const mapping = await at(world, 1).map('update');
    expectHeld(world, at(world, 1), mapping.data);
    mapping.data.fill(21);
    mapping.dispose();
    world.holds.set(at(world, 1), 21);
  },
  'map it, blocking': async (world) => {
    const mapping = at(world, 2).mapSync('read');
    expectHeld(world, at(world, 2), mapping.data);
    mapping.dispose();
  },
  'edit two': async (world) => {
    const pair = [at(world, 3), at(world, 4)] as const;
    await world.space.transaction(async (tx) => {
      for (const buffer of pair) {
        const view = await tx.edit(buffer);
        expectHeld(world, buffer, view.data);
        view.data.fill(33);
      }
    });
    for (const buffer of pair) world.holds.set(buffer, 33);
  },
  'edit two, blocking': async (world) => {
    const pair = [at(world, 0), at(world, 5)] as const;
    world.space.transactionSync((tx) => {
      for (const buffer of pair) tx.edit(buffer).data.fill(44);
    });
    for (const buffer of pair) world.holds.set(buffer, 44);
  },
  'place one elsewhere': (world) => world.space.transaction((tx) => tx.place(at(world, 2), ['side', 'system'])),
  'pin one': async (world) => {
    const pin = await at(world, 1).pin('side');
    world.made.push(() => pin[Symbol.dispose]());
  },
  'run a kernel': async (world) => {
    const [src, dst] = [at(world, 0), at(world, 3)];
    const value = world.holds.get(src) ?? 0;
    const job = world.pool.run.copy({ src, dst });
    world.bad.add(dst);
    await fills(world, dst, value, job.wait());
    world.bad.delete(dst);
  },
  'run a kernel over many': async (world) => {
    const all = world.buffers.slice(2, 5);
    const sums = await world.pool.run.sumMany({ all }).wait();
    expect(sums).toEqual(all.map((buffer) => (world.holds.get(buffer) ?? 0) * KiB));
  },
  'make one with a source, and look at it': async (world) => {
    const buffer = world.space.buffer('i32', [KiB], { source: ({ data }) => void data.fill(5) }) as Words;
    world.made.push(() => buffer.dispose());
    world.holds.set(buffer, 5);
    expectFilled(await buffer.get(), 5);
  },
  'open a client': async (world) => {
    const client = world.space.client('one', { budgetBytes: 4 * KiB });
    world.made.push(() => client.close());
    world.client = client;
  },
  'make a buffer of it': async (world) => {
    const own = world.client?.buffer('i32', [KiB]) as Words | undefined;
    if (own === undefined) return;
    world.made.push(() => own.dispose());
    world.own = own;
    await fills(world, own, 7, own.set(new Int32Array(KiB).fill(7)));
  },
  'make another, for which the first has to go': async (world) => {
    const other = world.client?.buffer('i32', [KiB]) as Words | undefined;
    if (other === undefined) return;
    world.made.push(() => other.dispose());
    await fills(world, other, 8, other.set(new Int32Array(KiB).fill(8)));
  },
  'lower the budget': async ({ space }) => {
    space.budgetBytes = 12 * KiB;
    space.budgetBytes = 16 * KiB;
  },
  'look again': (world) => look(world, 5),
};
