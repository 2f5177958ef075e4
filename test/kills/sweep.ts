/** Many calls, each stopped at many of its steps, some at a time. */
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
        await killAt(stage, name, step, manner).catch((cause: unknown) => {
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
  const { count, members } = await killAt(stage, name, Number.POSITIVE_INFINITY, manner);
  for (const member of members) tally.members.add(member);
  tally.operations.set(name, count);
  return count;
}
