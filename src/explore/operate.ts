/**
 * What each operation does to the memory of an execution. The driver is one thread, so a plain access is atomic here.
 *
 * Arithmetic is written so that it is right for every kind of integer array: bigints stay bigints, and the array itself
 * wraps what is stored.
 */
import type { AgentRun, Cells, Pending, Task } from './agent-run.ts';
import {
  ADD,
  AND,
  CAS,
  COMPARE_EXCHANGE,
  EVERYBODY,
  EXCHANGE,
  IS_THREAD_GONE,
  LOAD,
  NEXT_STAMP,
  NOTIFY,
  NOW,
  OR,
  operationNames,
  PAUSE_WHILE,
  SLEEP,
  SLEEP_ASYNC,
  STORE,
  SUB,
  WAIT,
  WAIT_ASYNC,
  XOR,
} from './operations.ts';
import type { World } from './world.ts';
import type { Waiter } from './world-parts.ts';

/** The operation has put the agent to sleep; its result comes when it is woken. */
export const NOT_DONE: unique symbol = Symbol('not done');

/** Executes one operation. Outcomes: what it gives, or NOT_DONE. */
export function operate(world: World, agent: AgentRun, pending: Pending, code: number): unknown {
  const { words, index } = pending;
  if (world.isWatched) watch(world, agent, pending, code);
  switch (code) {
    case LOAD: {
      const value = words[index];
      return value === undefined ? refuse(world, agent, pending, code) : value;
    }
    case NOTIFY:
      return wake(world, words, index, pending.a);
    case SLEEP:
    case WAIT:
      return words[index] === undefined ? refuse(world, agent, pending, code) : fallAsleep(world, agent, pending);
    case SLEEP_ASYNC:
      return sleepAsync(world, agent, pending, pending.b as Task);
    case WAIT_ASYNC:
      return waitAsync(world, agent, pending);
    case PAUSE_WHILE:
      return pauseWhile(world, agent, pending);
    case NOW:
      return world.clock;
    case IS_THREAD_GONE:
      return isThreadGone(world, pending);
    default:
      return words[index] === undefined ? refuse(world, agent, pending, code) : modify(world, pending, code);
  }
}

function watch(world: World, agent: AgentRun, pending: Pending, code: number): void {
  world.races?.operation(agent, pending, code);
  world.sizes?.operation(agent, pending, code);
  if (world.rows !== undefined) noteRow(world, agent, pending, code);
}

/** Where Atomics would throw a RangeError, the execution ends: nobody means to catch that. */
function refuse(world: World, { name }: AgentRun, { words, index }: Pending, code: number): undefined {
  const what = `${operationNames[code]} of element ${index}, and the array has ${words.length}`;
  world.fail('assertion', `Agent ${name} executes ${what}.`);
}

function modify(world: World, { words, index, a, b }: Pending, code: number): unknown {
  const old = words[index] as number;
  switch (code) {
    case STORE:
      words[index] = a;
      break;
    case ADD:
      words[index] = old + a;
      break;
    case SUB:
      words[index] = old - a;
      break;
    case AND:
      words[index] = old & a;
      break;
    case OR:
      words[index] = old | a;
      break;
    case XOR:
      words[index] = old ^ a;
      break;
    case EXCHANGE:
      words[index] = a;
      break;
    case CAS:
    case COMPARE_EXCHANGE:
      if (!isSame(words, old, a)) return code === CAS ? false : old;
      words[index] = b as number;
      break;
    case NEXT_STAMP:
      (words as unknown as BigInt64Array)[index] = BigInt(old) + 1n;
      break;
  }
  const is = words[index] as number;
  if (is !== old) world.changed(words, index, old, is);
  if (code === STORE) return a;
  if (code === CAS) return true;
  return code === NEXT_STAMP ? Number(is) : old;
}

/** Whether a word holds what is expected, after the conversion that storing it would do. */
export function isSame(words: Cells, held: number, expected: number): boolean {
  if (held === expected) return true;
  const array: unknown = words;
  if (array instanceof Int32Array) return held === (expected | 0);
  const converted = words.slice(0, 1);
  converted[0] = expected;
  return held === converted[0];
}

function fallAsleep(world: World, agent: AgentRun, pending: Pending): unknown {
  const { words, index, a: expected, b: timeout } = pending;
  if (!isSame(words, words[index] as number, expected)) return 'not-equal';
  if (timeout === 0) return 'timed-out';
  if (world.settings.exploresTimeouts && typeof timeout === 'number' && Number.isFinite(timeout)) {
    agent.deadline = world.clock + timeout;
  }
  world.waiters.push(waiterOf(agent, words, index, undefined));
  return NOT_DONE;
}

function pauseWhile(world: World, agent: AgentRun, { words, index, a: value }: Pending): unknown {
  if (!isSame(words, words[index] as number, value)) return undefined;
  world.pausing.push(waiterOf(agent, words, index, undefined));
  return NOT_DONE;
}

function sleepAsync(world: World, agent: AgentRun, { words, index, a: expected }: Pending, wakeUp: Task): undefined {
  if (isSame(words, words[index] as number, expected)) world.waiters.push(waiterOf(agent, words, index, wakeUp));
  else agent.microtasks.push(wakeUp);
}

/** As Atomics.waitAsync answers, with something that has `then` in place of the promise. */
function waitAsync(world: World, agent: AgentRun, pending: Pending): unknown {
  const { words, index, a: expected, b: timeout } = pending;
  if (!isSame(words, words[index] as number, expected)) return { async: false, value: 'not-equal' };
  if (timeout === 0) return { async: false, value: 'timed-out' };
  const callbacks: ((value: string) => unknown)[] = [];
  world.waiters.push(
    waiterOf(agent, words, index, () => {
      for (const callback of callbacks) agent.microtasks.push(() => callback('ok'));
    }),
  );
  // biome-ignore lint/suspicious/noThenProperty: it stands in for the promise of Atomics.waitAsync.
  const value = { then: (callback: (value: string) => unknown) => void callbacks.push(callback) };
  return { async: true, value };
}

function waiterOf(agent: AgentRun, words: Cells, index: number, wakeUp: Task | undefined): Waiter {
  const byte = words.byteOffset + index * words.BYTES_PER_ELEMENT;
  return { agent, buffer: words.buffer, byte, wake: wakeUp, serial: wakeUp === undefined ? 0 : ++agent.waitersMade };
}

function wake(world: World, words: Cells, index: number, limit: number): number {
  if (world.waiters.length === 0) return 0;
  const byte = words.byteOffset + index * words.BYTES_PER_ELEMENT;
  const most = limit === EVERYBODY ? Infinity : limit;
  const left: Waiter[] = [];
  for (const waiter of world.waiters) {
    const isHere = waiter.buffer === words.buffer && waiter.byte === byte;
    if (isHere && world.woken.length < most) world.woken.push(waiter);
    else left.push(waiter);
  }
  if (world.woken.length > 0) {
    world.waiters = left;
    world.version++;
  }
  return world.woken.length;
}

/** Threads are numbered by agent, from 1: what `identifyThread` of the explorer says. */
function isThreadGone(world: World, { index: thread }: Pending): boolean {
  return world.dead !== undefined && world.dead.index + 1 === thread;
}

/** An element without a name: its index in the buffer. */
export function wordLabel(words: Cells, index: number): string {
  return `[${words.byteOffset / words.BYTES_PER_ELEMENT + index}]`;
}

function noteRow(world: World, agent: AgentRun, pending: Pending, code: number): void {
  const { words, index, a, b, site } = pending;
  const name = operationNames[code] as string;
  const hasWord = code !== NOW && code !== IS_THREAD_GONE;
  const described = hasWord ? world.settings.parts.describeWord?.(words, index) : undefined;
  const at = hasWord ? (described ?? wordLabel(words, index)) : '';
  const args = code === LOAD || code === NOTIFY || !hasWord ? '' : ` ${String(a)}`;
  const last = code === CAS || code === COMPARE_EXCHANGE ? ` -> ${String(b)}` : '';
  world.rows?.push({ agent: agent.name, site, what: `${name}${args}${last}`, word: at, value: '?' });
}
