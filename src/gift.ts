/**
 * Handing a reference over to whoever opens its handle.
 *
 * Holds are bits of agents and cannot be moved by a message. So the giver keeps its hold until the taker, which sets its
 * own first, marks the giver's promise (a job of the giver's) and rings. If the giver stops first, the repair drops its
 * hold, and a handle opened later finds the buffer gone.
 */
import { fail } from './base/errors.ts';
import { H_JOB_TOP, J_FLAGS, J_POOL, J_SUBMITTER } from './base/layout.ts';
import { load, or } from './cells/cell.ts';
import { ring } from './cells/doorbell.ts';
import { addWaiter, nextWaiterOrder } from './cells/pump.ts';
import type { Core } from './core.ts';
import { releaseBuffer } from './core.ts';
import { promiseLocal } from './local-job.ts';
import { FLAG_CANCELLED, hasFlag, jobAt, loadPhase, phaseOf, RUNNING, seqnoOfJob } from './schedule/job.ts';

export interface Gift {
  readonly job: number;
  readonly seqno: number;
}

/** Promises to let go of one reference once the gift is taken. */
export function giveReference(core: Core, buffer: number, label: string): Gift {
  const promise = promiseLocal(core, `gift of '${label}'`);
  const { slot, seqno } = promise.fence;
  addWaiter(core.agent, {
    order: nextWaiterOrder(),
    hint: -1,
    poll: () => hasFlag(core.agent, slot, FLAG_CANCELLED),
    run: () => {
      promise.end();
      releaseBuffer(core, buffer);
    },
  });
  return { job: slot, seqno };
}

/** The taker holds the buffer now. Outcomes: nothing, or ENOENT if the gift was taken already. */
export function takeGift(core: Core, gift: Gift): void {
  const { agent } = core;
  const isSlot = Number.isInteger(gift?.job) && gift.job >= 0 && gift.job < load(agent.words, H_JOB_TOP);
  if (!isSlot || seqnoOfJob(agent, gift.job) !== gift.seqno || !isPromised(core, gift)) refuseTaken();
  const at = jobAt(agent, gift.job);
  const giver = load(agent.words, at + J_SUBMITTER);
  // One taker sees the flag unset, whoever else tries at the same time.
  if ((or(agent.words, at + J_FLAGS, FLAG_CANCELLED) & FLAG_CANCELLED) !== 0) refuseTaken();
  if (giver >= 0 && giver < agent.layout.limits.agents) ring(agent, giver, -1);
}

/** A promise under way: a forged gift must not cancel somebody's job. */
function isPromised({ agent }: Core, { job }: Gift): boolean {
  return load(agent.words, jobAt(agent, job) + J_POOL) < 0 && phaseOf(loadPhase(agent, job)) === RUNNING;
}

function refuseTaken(): never {
  fail('ENOENT', 'The reference that this handle hands over was taken already.', { kind: 'buffer' });
}
