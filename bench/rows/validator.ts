/** What the lock validator costs: taking and giving back a lock while another is held, in spaces with it and without. */
import { lockOf } from '#fenceline/buffer/buffer.js';
import type { Agent } from '#fenceline/cells/memory.js';
import { beforeLock } from '#fenceline/lock/validator.js';
import { lockStep, openLockSet, releaseSince } from '#fenceline/reservation/lock-set.js';
import { openCore } from '../core.ts';
import type { Candidate } from '../rounds.ts';
import { costRow, interleave, timed } from '../rounds.ts';
import type { Row, Scale } from '../row.ts';

const parameters = {
  smoke: { rounds: 5, warmups: 1, operations: 10_000 },
  full: { rounds: 101, warmups: 10, operations: 100_000 },
};
const lockClasses = 256;

export default async function rows(scale: Scale): Promise<readonly Row[]> {
  const { rounds, warmups, operations } = parameters[scale];
  const [off, on] = [openCore().agent, openCore({ lockClasses }).agent];
  const measured = await interleave(
    [candidate('off', off, operations), candidate('on', on, operations)],
    rounds,
    warmups,
  );
  return [
    costRow(measured, 'on', 'off', {
      what: 'lock + unlock, validated',
      against: 'the same without the validator',
      goal: { atMost: 3 },
    }),
  ];
}

/** As a transaction does it. */
function candidate(name: string, agent: Agent, operations: number): Candidate {
  const set = openLockSet(agent);
  lockStep(agent, set, lockOf(agent, 0));
  const lockAt = lockOf(agent, 1);
  return {
    name,
    run: () =>
      timed(operations, () => {
        let taken = 0;
        for (let i = 0; i < operations; i++) {
          if (agent.validator !== undefined) beforeLock(agent, lockAt, set.ticket, true);
          if (lockStep(agent, set, lockAt) === 'acquired') taken++;
          releaseSince(agent, set, 1);
        }
        return taken;
      }),
  };
}
