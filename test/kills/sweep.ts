/** Many calls, each stopped at many of its steps, some at a time. */
import { setTimeout } from 'node:timers/promises';
import { killedCalls } from './all-calls.ts';
import type { Manner } from './kill.ts';
import { killAt } from './kill.ts';
import type { Stage } from './stage.ts';
import { closeStage, expectAllSlots, openStage } from './stage.ts';

export interface Tally {
  kills: number;
  /** How many operations each call has. */
  readonly operations: Map<string, number>;
  /** Members of the public API that the calls made. */
  readonly members: Set<string>;
}

/** Pairs of a space and hands: what waits in one leaves a core to the others. */
const lanes = 3;

/** Every call, not stopped at first, and then at the steps that `stepsOf` chooses. */
export async function sweep(
  stepsOf: (call: string, operations: number) => readonly number[],
  manner: Manner,
): Promise<Tally> {
  const tally: Tally = { kills: 0, operations: new Map(), members: new Set() };
  const left = Object.keys(killedCalls);
  const work = async (): Promise<void> => {
    const stage = await openStage();
    for (let name = left.shift(); name !== undefined; name = left.shift()) {
      const count = await countOperations(stage, name, manner, tally);
      for (const step of stepsOf(name, count)) {
        await inTime(killAt(stage, name, step, manner)).catch((cause: unknown) => {
          throw new Error(`'${name}' was stopped before operation ${step} of ${count}`, { cause });
        });
        tally.kills++;
      }
      await expectAllSlots(stage);
    }
    await closeStage(stage);
  };
  await Promise.all(Array.from({ length: lanes }, work));
  return tally;
}

/** Nothing stops it. */
async function countOperations(stage: Stage, name: string, manner: Manner, tally: Tally): Promise<number> {
  const made = inTime(killAt(stage, name, Number.POSITIVE_INFINITY, manner));
  const { count, members } = await made.catch((cause: unknown) => {
    throw new Error(`'${name}' was to be made to its end`, { cause });
  });
  for (const member of members) tally.members.add(member);
  tally.operations.set(name, count);
  return count;
}

/** More than all bounds of one kill together: who does not even run into those is named, instead of the whole sweep ending in a time-out. */
const killMs = 60_000;

async function inTime<T>(kill: Promise<T>): Promise<T> {
  const timer = new AbortController();
  const late = setTimeout(killMs, undefined, { signal: timer.signal }).then(() => {
    throw new Error(`It hangs: nothing came of it for ${killMs} ms.`);
  });
  try {
    return await Promise.race([kill, late]);
  } finally {
    timer.abort();
    late.catch(() => {});
  }
}
