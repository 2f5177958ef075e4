/**
 * Runs one sequence in a space of its own, and compares every answer.
 *
 * After each operation everything that is to happen by itself has happened: the recorder let 40 ms pass. The first
 * difference that no exception explains ends the sequence.
 */
import { Space } from '../index.ts';
import { asKernelCall, type Difference, differenceOf, isSame } from './compare.ts';
import { type Exception, exceptionFor } from './exceptions.ts';
import { Forgotten } from './forgotten.ts';
import { KernelSession } from './kernel-session.ts';
import { operations } from './operations.ts';
import type { Scene } from './records.ts';
import { Session } from './session.ts';
import { type Fields, type Operation, type Sequence, TraceError, thrown } from './trace.ts';
import { VirtualClock } from './virtual-clock.ts';
import { WwSession } from './ww-session.ts';

export interface SequenceResult {
  readonly sequence: Sequence;
  readonly difference: Difference | undefined;
  /** How often each exception was taken. */
  readonly excepted: ReadonlyMap<Exception, number>;
  /** How many operations were compared. */
  readonly compared: number;
}

/** A space just large enough for the longest sequences. */
const limits = {
  agents: 1,
  timelines: 256,
  jobs: 4,
  buffers: 64,
  blocks: 16,
  chunks: 1024,
  syncObjects: 64,
  locks: 32,
};
const budgetBytes = 2 ** 20;

/** Runs a sequence. Outcomes: what came of it; rejects with a TraceError if the trace asks for what does not exist. */
export async function runSequence(sequence: Sequence): Promise<SequenceResult> {
  const space = Space.create({ budgetBytes, limits });
  const player = playerFor(space, sequence);
  try {
    const excepted = new Map<Exception, number>();
    const isExplained = async (found: Difference): Promise<boolean> => {
      const exception = exceptionFor(found, player.scene);
      if (exception === undefined) return false;
      excepted.set(exception, (excepted.get(exception) ?? 0) + 1);
      if (exception.follow !== undefined) {
        exception.follow(found, player.scene);
        await settle(true);
      }
      return true;
    };
    for (const operation of sequence.operations) {
      const found = await player.play(operation).catch((error: unknown) => ({ operation, actual: thrown(error) }));
      if (found === undefined || (await isExplained(found))) continue;
      return { sequence, difference: found, excepted, compared: operation.index + 1 };
    }
    const found = lastDifference(sequence, player);
    const difference = found === undefined || (await isExplained(found)) ? undefined : found;
    return { sequence, difference, excepted, compared: sequence.operations.length };
  } finally {
    await player.end();
    await space.close({ abort: true });
  }
}

interface Player {
  readonly scene: Scene;
  play(operation: Operation): Promise<Difference | undefined>;
  pending(): readonly string[];
  /** Nothing is asleep any more. */
  end(): Promise<void>;
}

function playerFor(space: Space, sequence: Sequence): Player {
  const uses = (...names: readonly string[]): boolean => sequence.operations.some(({ name }) => names.includes(name));
  if (uses('wclass')) return new WwPlayer(space, sequence);
  return uses('fnew', 'rnew') ? new KernelPlayer(space, sequence) : new CallPlayer(space, sequence);
}

/** System calls. */
class CallPlayer implements Player {
  readonly scene: Scene;
  readonly #session: Session;
  readonly #forgotten: Forgotten;

  constructor(space: Space, { operations: all }: Sequence) {
    this.#session = new Session(space, new VirtualClock());
    this.#forgotten = new Forgotten(this.#session);
    this.scene = { session: this.#session, kernel: undefined, operations: all, forgotten: this.#forgotten };
  }

  async play(operation: Operation): Promise<Difference | undefined> {
    const { clock, sleepers } = this.#session;
    clock.index = operation.index;
    const result = await this.#run(operation);
    await settle(sleepers.hasPending);
    this.#forgotten.note(operation);
    const ev = sleepers.harvest();
    return differenceOf(operation, ev.length === 0 ? result : { ...result, ev });
  }

  pending(): readonly string[] {
    return this.#session.sleepers.pending();
  }

  async end(): Promise<void> {
    this.#session.sleepers.cancelAll();
    await settle(true);
    this.#session.api.dispose();
  }

  async #run({ name, args }: Operation): Promise<Fields> {
    const session = this.#session;
    if (name === 'sleep') {
      await session.clock.advance(Number(args[0]), () => settle(true));
      return { rc: 0 };
    }
    const run = operations.get(name);
    if (run === undefined) throw new TraceError(`There is no operation '${name}' to replay.`);
    const result = run(session, args);
    return result instanceof Promise ? this.#await(result) : result;
  }

  /** A call that sleeps: nothing else happens until it returns, but time passes. */
  async #await(promise: Promise<Fields>): Promise<Fields> {
    let result: Fields | undefined;
    const done = promise.then((value) => {
      result = value;
    });
    for (let turn = 0; result === undefined && turn < 1000; turn++) {
      await settle(true);
      if (result === undefined && !(await this.#session.clock.advanceToNext(() => settle(true)))) break;
    }
    if (result === undefined) return { rc: 'asleep for ever' };
    await done;
    return result;
  }
}

/** Calls inside the kernel. */
class KernelPlayer implements Player {
  readonly scene: Scene;
  readonly #session: KernelSession;

  constructor(space: Space, { operations: all }: Sequence) {
    this.#session = new KernelSession(space);
    this.scene = { session: undefined, kernel: this.#session, operations: all, forgotten: undefined };
  }

  async play(operation: Operation): Promise<Difference | undefined> {
    const { name, args } = operation;
    const result = this.#session.run(name, args.map(Number));
    if (result === undefined) throw new TraceError(`There is no operation '${name}' inside the kernel to replay.`);
    await settle(true);
    const compared = { ...operation, expected: asKernelCall(operation.expected) };
    return differenceOf(compared, asKernelCall({ ...result, ev: this.#session.harvest() }));
  }

  pending(): readonly string[] {
    return [];
  }

  async end(): Promise<void> {}
}

/** Calls of ww_mutexes. */
class WwPlayer implements Player {
  readonly scene: Scene;
  readonly #session: WwSession;

  constructor(space: Space, { operations: all }: Sequence) {
    this.#session = new WwSession(space);
    this.scene = { session: undefined, kernel: undefined, ww: this.#session, operations: all, forgotten: undefined };
  }

  async play(operation: Operation): Promise<Difference | undefined> {
    const { name, args } = operation;
    const result = await this.#session.run(name, args.map(Number), () => settle(true));
    if (result === undefined) throw new TraceError(`There is no operation '${name}' of ww_mutexes to replay.`);
    return differenceOf(operation, result);
  }

  pending(): readonly string[] {
    return this.#session.pending();
  }

  async end(): Promise<void> {}
}

/** At the end the same waits are asleep. */
function lastDifference({ operations: all, pending }: Sequence, player: Player): Difference | undefined {
  const asleep = [...player.pending()];
  if (isSame([...pending], asleep)) return undefined;
  const operation = { index: all.length, text: 'end', name: 'end', args: [], expected: { pending: [...pending] } };
  return { operation, actual: { pending: asleep } };
}

/** Until what was begun has come to rest. With waits asleep, a wake-up goes through the doorbell of this thread. */
async function settle(isLong: boolean): Promise<void> {
  for (let turn = 0; turn < (isLong ? 3 : 1); turn++) await new Promise((resolve) => setImmediate(resolve));
}
