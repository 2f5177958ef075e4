/**
 * Stops a thread in the middle of a public call, and looks what becomes of everybody else.
 *
 * The thread is stopped for good before its operation number `stopBefore` (counted-atomics.ts). Others then begin to wait
 * for what it owes and holds, without a proof that it stopped; the thread is terminated, which is the proof; and every
 * wait must have an outcome, no buffer may be half written without being marked, and nothing may be left.
 */
import { once } from 'node:events';
import type { Worker } from 'node:worker_threads';
import { type Fence, FencelineError, type Handle, type Space } from 'fenceline';
import { syncObject, ticket, timeline, type WwLock, wwLock } from 'fenceline/sync';
import { expect } from 'vitest';
import { findStopped } from '#fenceline/cells/agent.js';
import { heapStats } from '#fenceline/memory/heap-stats.js';
import { coreOf } from '#fenceline/space.js';
import { killedCalls } from './all-calls.ts';
import type { BystanderAnswer, BystanderOrder } from './bystander.agent.ts';
import type { Errand, Hindrance, Photo } from './call.ts';
import { photoLength } from './calls/props.ts';
import { packedVictim } from './pack.ts';
import type { Stage } from './stage.ts';
import { expectEmpty, startThread } from './stage.ts';
import type { Told } from './victim.agent.ts';

/** Waits that take longer than this hang: nothing of what is waited for takes more than some milliseconds. */
const boundMs = 20_000;
/** When what stands in the way of a call goes, after it began. */
const reliefMs = 2;

/** How a wait may end after the one who owed it has stopped. */
// EBUSY: the photo was pinned, so nobody edits it before the stop is proven.
const outcomes = new Set(['done', 'EOWNERDEAD', 'EINPUT', 'ECANCELED', 'EKERNEL', 'EUNKNOWN', 'ENOENT', 'EBUSY']);

export interface Killed {
  /** Operations that the call had made. */
  readonly count: number;
  /** Members of the public API that it called; known only if it was not stopped. */
  readonly members: readonly string[];
}

/** What this thread gives to the one that is stopped, and takes back. */
interface Props {
  readonly photo: Photo;
  readonly paper: Photo;
  readonly lock: WwLock;
  readonly errand: Errand;
  /** Ends what the call waits for. */
  relieve(): Promise<void>;
  dispose(): void;
}

export interface Manner {
  /** Repair at the proof, without waiting until somebody looks by himself. */
  readonly provesAtOnce: boolean;
  /** Starts the thread from one file (pack.ts), except for calls that start threads themselves. */
  readonly isPacked: boolean;
}

/** Runs the call on a thread of its own and stops it there. */
export async function killAt(stage: Stage, name: string, stopBefore: number, manner: Manner): Promise<Killed> {
  const props = await makeProps(stage, name, stopBefore);
  const isPacked = manner.isPacked && !killedCalls[name]?.startsThreads;
  const thread = startThread(isPacked ? packedVictim : 'victim.agent.js', props.errand);
  const waits: Promise<string>[] = [];
  const owed: Handle<Fence<unknown>>[] = [];
  const taken: Photo[] = [];
  const stopped = new Promise<Told & { is: 'stopped' }>((resolve, reject) => {
    thread.on('error', reject);
    thread.on('exit', () => reject(new Error(`The thread of '${name}' ended by itself.`)));
    thread.on('message', (told: Told) => {
      if (told.is === 'stopped') resolve(told);
      if (told.is === 'hands') taken.push(...openGift(stage, told.gift));
      if (told.is === 'owes') {
        owed.push(told.fence);
        waits.push(outcomeOf(stage.space.open(told.fence).wait({ timeoutMs: boundMs })));
      }
    });
  });
  const heard = (what: Told['is']): Promise<unknown> =>
    Promise.race([
      stopped,
      new Promise<void>((resolve) => thread.on('message', ({ is }: Told) => is === what && resolve())),
    ]);
  const begins = heard('begins');
  await heard('ready');
  thread.postMessage('go');
  const relieved = begins.then(() => after(reliefMs)).then(() => props.relieve());
  const { count, members, error } = await stopped;
  await relieved;
  if (error !== undefined) throw new Error(`'${name}', which was not stopped, threw.`, { cause: error });
  waits.push(...watch(stage, props, owed));
  await end(stage, thread, manner.provesAtOnce);
  const ended = await Promise.all(waits);
  expect(ended.filter((outcome) => !outcomes.has(outcome))).toEqual([]);
  await expectUsable(props.photo);
  for (const gift of [...taken, ...openGift(stage, props.errand.gift)]) gift.dispose();
  props.dispose();
  await expectEmpty(stage);
  return { count, members };
}

/** Terminates the thread: from here on there is a proof that it stopped. */
async function end({ space }: Stage, thread: Worker, provesAtOnce: boolean): Promise<void> {
  thread.removeAllListeners('exit');
  // It may have ended by itself, while this thread was blocked.
  if (thread.threadId >= 0) {
    const exit = once(thread, 'exit');
    void thread.terminate();
    await exit;
  }
  // Otherwise whoever waits looks by itself, every 100 ms.
  if (provesAtOnce) findStopped(coreOf(space).agent);
}

/** Begins to wait, here and in the bystander, for what the stopped thread may hold. */
function watch(
  { space, bystander }: Stage,
  { photo, paper, lock }: Props,
  owed: BystanderOrder['owed'],
): Promise<string>[] {
  const options = { timeoutMs: boundMs };
  const order: BystanderOrder = { photo: photo.handle, owed, timeoutMs: boundMs };
  const answered = once(bystander, 'message').then(([answers]) => (answers as BystanderAnswer).join(' '));
  bystander.postMessage(order);
  const transaction = space.transaction(async (tx) => {
    await tx.edit(paper);
    expectWhole((await tx.edit(photo)).data);
  }, options);
  const looks = [photo, paper].map(async (buffer) => expectWhole(await buffer.get(options)));
  return [
    ...[transaction, takeLock(space, lock), ...looks].map(outcomeOf),
    Promise.race([answered, after(2 * boundMs).then(() => 'the bystander hangs')]).then(allowed),
  ];
}

async function takeLock(space: Space, lock: WwLock): Promise<void> {
  using own = ticket(space);
  await own.lock(lock, { timeoutMs: boundMs });
  if (lock.isSuspect) lock.recover();
  own.unlock(lock);
}

/** The bystander's outcomes as one. */
function allowed(answers: string): string {
  return answers.split(' ').every((answer) => outcomes.has(answer)) ? 'done' : `bystander: ${answers}`;
}

/** Old or new, but not both: a buffer that was left half written would have been an error. */
function expectWhole(data: Int32Array): void {
  expect(new Set(data).size).toBe(1);
}

/** A full write heals whatever the stopped thread did to it. */
async function expectUsable(photo: Photo): Promise<void> {
  await photo.set(new Array(photoLength).fill(7), { timeoutMs: boundMs });
  expect(new Set(await photo.get({ timeoutMs: boundMs }))).toEqual(new Set([7]));
}

async function outcomeOf(wait: Promise<unknown>): Promise<string> {
  try {
    await wait;
    return 'done';
  } catch (error) {
    if (error instanceof FencelineError) return error.code;
    throw error;
  }
}

/** Outcomes: the buffer; none if the reference was taken, or went with its giver. */
function openGift({ space }: Stage, gift: Handle<Photo>): Photo[] {
  try {
    return [space.open(gift)];
  } catch (error) {
    if (FencelineError.is(error, 'ENOENT')) return [];
    throw error;
  }
}

async function makeProps(stage: Stage, call: string, stopBefore: number): Promise<Props> {
  const { space } = stage;
  const [photo, paper, given] = await Promise.all([onePhoto(stage), onePhoto(stage), onePhoto(stage)]);
  let finish = (): void => {};
  const later = space.fence(
    new Promise<void>((resolve) => {
      finish = resolve;
    }),
    'later',
  );
  const done = space.fence(Promise.resolve(), 'done');
  await done.wait();
  const line = timeline(space, 'line');
  line.issue();
  const flag = syncObject(space, 'flag');
  const lock = wwLock(space, 'lock');
  const lift = await hinder(stage, photo, lock, killedCalls[call]?.hindrance);
  const handles = { photo: photo.handle, paper: paper.handle, done: done.handle, later: later.handle };
  const errand: Errand = {
    ...{ call, stopBefore, space: space.handle, ...handles },
    ...{ gift: given.give(), line: line.handle, flag: flag.handle, lock: lock.handle },
  };
  return {
    photo,
    paper,
    lock,
    errand,
    relieve: async () => {
      finish();
      line.signal();
      flag.replace(done);
      await lift();
    },
    dispose: () => {
      for (const one of [photo, paper, line, flag, lock]) one.dispose();
    },
  };
}

async function onePhoto({ space }: Stage): Promise<Photo> {
  const photo = space.buffer('i32', [photoLength]) as Photo;
  await photo.set(new Array(photoLength).fill(1));
  return photo;
}

/** Outcomes: what takes the hindrance away. */
async function hinder(
  { space }: Stage,
  photo: Photo,
  lock: WwLock,
  hindrance: Hindrance | undefined,
): Promise<() => Promise<void>> {
  if (hindrance === 'mapping') {
    const mapping = await photo.map('read');
    return async () => mapping.dispose();
  }
  if (hindrance === 'memory') {
    const { budgetBytes, usedBytes } = heapStats(coreOf(space).agent, 0);
    const filler = space.buffer('u8', [budgetBytes - usedBytes]);
    await filler.set(new Uint8Array(budgetBytes - usedBytes));
    return async () => filler.dispose();
  }
  if (hindrance === 'ticket') {
    const older = ticket(space);
    older.tryLock(lock);
    return async () => {
      older.unlockAll();
      older.dispose();
    };
  }
  if (hindrance === undefined) return async () => {};
  let letGo = (): void => {};
  const isOver = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  let transaction: Promise<void> = Promise.resolve();
  await new Promise<void>((resolve) => {
    transaction = space.transaction(async (tx) => {
      await tx.lock(photo);
      resolve();
      await isOver;
    });
  });
  return () => {
    letGo();
    return transaction;
  };
}

function after(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
