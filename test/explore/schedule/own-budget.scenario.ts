/**
 * The account of a client is full: its jobs wait, in their order, and nobody else does. What it waits for is freed only
 * when a later job of somebody else is over, so that whoever made that one wait would wait for ever.
 */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { codeNumber } from '#fenceline/base/errors.js';
import { AC_USED, B_FRESH, B_PLACEMENT } from '#fenceline/base/layout.js';
import { bufferAt, createBuffer } from '#fenceline/buffer/buffer.js';
import { load, store } from '#fenceline/cells/cell.js';
import type { Agent } from '#fenceline/cells/memory.js';
import { sleepUntil } from '#fenceline/cells/wait.js';
import {
  closeTimeline,
  createTimeline,
  dropTimeline,
  issue,
  signal,
  type TimelineWriter,
} from '#fenceline/fence/timeline.js';
import { waitPoints } from '#fenceline/fence/wait.js';
import { type AccountId, accountAt, dropAccount, tokenOf } from '#fenceline/memory/account.js';
import { openAccount } from '#fenceline/memory/open-account.js';
import { completeJob } from '#fenceline/schedule/complete.js';
import {
  ACCESS_WRITE,
  ADMITTED,
  FINISHING,
  loadPhase,
  movePhase,
  phaseOf,
  RUNNING,
  type Use,
} from '#fenceline/schedule/job.js';
import { agentIn } from '../world.ts';
import { assertEmpty } from './accounting.ts';
import { type Called, call, collect, drop, retry, specOf } from './pool-calls.ts';
import { declare, newSpace, type Space, small, unit } from './space-world.ts';

interface Full extends Space {
  readonly account: AccountId;
  /** A full one that is in use, a large one and a small one of the client; one of nobody. */
  readonly uses: readonly Use[];
  readonly writer: TimelineWriter;
  readonly point: number;
}

const never = Number.POSITIVE_INFINITY;

function setup(): Full {
  const space = newSpace({ seated: 3, jobs: 3, buffers: 4 });
  const owner = agentIn(space, 0);
  const account = openAccount(owner, { name: new Uint8Array(0), budgetBytes: 2 * unit, priority: 0 });
  const token = tokenOf(account);
  const ids = [createBuffer(owner, unit, 1, 0, token), createBuffer(owner, 2 * unit, 1, 0, token)];
  ids.push(createBuffer(owner, unit, 1, 0, token));
  ids.push(createBuffer(agentIn(space, 1), 2 * unit, 1, 0));
  const uses = ids.map((id) => ({ ...id, access: ACCESS_WRITE, isPart: false }));
  const writer = createTimeline(agentIn(space, 1));
  const world = { ...space, account, uses, writer, point: issue(agentIn(space, 1), writer) };
  work(owner, call(owner, specOf(-1, [useAt(world, 0)], { pool: -1 })));
  // It was written: nobody may drop it.
  store(owner.words, bufferAt(owner, useAt(world, 0).buffer) + B_FRESH, 0);
  return world;
}

function useAt(world: { readonly uses: readonly Use[] }, index: number): Use {
  const use = world.uses[index];
  assert(use);
  return use;
}

/** Waits until the job is admitted, and does it. Outcomes: its error number. */
function work(agent: Agent, called: Called): number {
  if (called.isQueued) sleepUntil(agent, () => isAdmitted(agent, called), never);
  assert(movePhase(agent, called.job, loadPhase(agent, called.job), RUNNING, agent.index));
  assert(movePhase(agent, called.job, loadPhase(agent, called.job), FINISHING, agent.index));
  completeJob(agent, called.job);
  return collect(agent, called);
}

function isAdmitted(agent: Agent, called: Called): boolean {
  retry(agent, called);
  return phaseOf(loadPhase(agent, called.job)) === ADMITTED;
}

/** Two jobs of the client wait, the small one behind the large one, until the buffer goes: after the other's job. */
function client(world: Full): string {
  const agent = agentIn(world, 0);
  const large = call(agent, specOf(-1, [useAt(world, 1)], { pool: -1 }));
  assert(large.isQueued, 'Two units do not fit beside the one that is in use.');
  const small = call(agent, specOf(-1, [useAt(world, 2)], { pool: -1 }));
  assert(small.isQueued, 'A small request does not overtake a large one of its client.');
  waitPoints(agent, [{ ...world.writer, seqno: world.point }], never);
  drop(agent, useAt(world, 0).buffer);
  const outcomes = [work(agent, large)];
  drop(agent, useAt(world, 1).buffer);
  outcomes.push(work(agent, small));
  drop(agent, useAt(world, 2).buffer);
  assert.equal(load(agent.words, accountAt(agent, world.account.account) + AC_USED), 0);
  dropAccount(agent, world.account.account);
  return outcomes.join(' ');
}

function other(world: Full): number {
  const agent = agentIn(world, 1);
  const use = useAt(world, 3);
  const outcome = work(agent, call(agent, specOf(-1, [use], { pool: -1 })));
  assert(load(agent.words, bufferAt(agent, use.buffer) + B_PLACEMENT) > 0);
  signal(agent, world.writer, world.point);
  const { timeline, generation } = world.writer;
  closeTimeline(agent, timeline, generation, codeNumber('EOWNERDEAD'));
  dropTimeline(agent, timeline, agent.index);
  drop(agent, use.buffer);
  return outcome;
}

export default scenario({
  setup,
  agents: { client, other },
  afterDeath: (world, dead) => void declare(world, dead === 'client' ? 0 : 1),
  after: (world, { client: mine, other: theirs }) => {
    if (mine !== undefined) assert.equal(mine, '0 0');
    if (theirs !== undefined) assert.equal(theirs, 0);
    assertEmpty(world);
  },
  options: { preemptions: 1, killAgents: false, patches: small },
});
