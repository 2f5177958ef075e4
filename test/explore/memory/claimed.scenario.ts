/**
 * Two readers need two buffers each whose contents only one agent can make, and memory has room for two: what one brings
 * together is not evicted by the other before it was filled, for ever. Both read what the source writes.
 */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { holdBuffer } from '#fenceline/buffer/buffer.js';
import { ring } from '#fenceline/cells/doorbell.js';
import type { Agent } from '#fenceline/cells/memory.js';
import { sleepUntil } from '#fenceline/cells/wait.js';
import { addInterest } from '#fenceline/fence/timeline.js';
import { declareSource, FILL_WANTED, fillOf, isAbsent, noteFilled } from '#fenceline/memory/filling.js';
import { freshen } from '#fenceline/memory/placement.js';
import { completeJob } from '#fenceline/schedule/complete.js';
import { pendingDependency } from '#fenceline/schedule/dependencies.js';
import {
  ACCESS_READ,
  ACCESS_WRITE,
  ADMITTED,
  FINISHING,
  FLAG_FILL,
  FLAG_TOUCHED,
  loadPhase,
  movePhase,
  phaseOf,
  RUNNING,
  setFlag,
} from '#fenceline/schedule/job.js';
import { assertAtRest } from '../schedule/accounting.ts';
import { type Called, call, collect, retry, specOf } from '../schedule/pool-calls.ts';
import { newBuffer, newSpace, payloadAt, type Space, small } from '../schedule/space-world.ts';
import { agentIn } from '../world.ts';

const never = Number.POSITIVE_INFINITY;
const readers = 2;

/** Whether a job that its agent does itself has its turn; whoever asks is rung when it may. */
function isTurn(agent: Agent, mine: Called): boolean {
  if (mine.isQueued) retry(agent, mine);
  if (phaseOf(loadPhase(agent, mine.job)) < ADMITTED) return false;
  for (;;) {
    const next = pendingDependency(agent, mine.job);
    if (next === undefined) return true;
    addInterest(agent, next.timeline);
    if (pendingDependency(agent, mine.job) !== undefined) return false;
  }
}

function begin(agent: Agent, { job }: Called): void {
  assert(movePhase(agent, job, loadPhase(agent, job), RUNNING, agent.index));
  setFlag(agent, job, FLAG_TOUCHED);
}

function end(agent: Agent, mine: Called): void {
  assert(movePhase(agent, mine.job, loadPhase(agent, mine.job), FINISHING, agent.index));
  completeJob(agent, mine.job);
  collect(agent, mine);
}

/** As src/source.ts: fills what is asked for, several at once, until both readers are done. */
function serve(space: Space, agent: Agent): boolean {
  const underWay: (Called | undefined)[] = [undefined, undefined, undefined, undefined];
  let ready = -1;
  const look = (): boolean => {
    ready = -1;
    for (let buffer = 0; buffer < underWay.length; buffer++) {
      if (underWay[buffer] === undefined && fillOf(agent, buffer) === FILL_WANTED) {
        const use = { buffer, generation: 0, access: ACCESS_WRITE, isPart: false };
        underWay[buffer] = call(agent, specOf(-1, [use], { pool: -1, flags: FLAG_FILL }));
      }
      const mine = underWay[buffer];
      if (mine !== undefined && isTurn(agent, mine)) ready = buffer;
    }
    return ready >= 0 || space.ran.length === readers;
  };
  for (;;) {
    sleepUntil(agent, look, never);
    if (ready < 0) return true;
    const mine = underWay[ready];
    assert(mine);
    begin(agent, mine);
    freshen(agent, ready);
    space.payload[payloadAt(space, ready)] = ready + 10;
    noteFilled(agent, ready);
    end(agent, mine);
    underWay[ready] = undefined;
  }
}

function read(space: Space, agent: Agent, first: number): string {
  const useOf = (buffer: number) => ({ buffer, generation: 0, access: ACCESS_READ, isPart: false });
  const job = call(agent, specOf(-1, [useOf(first), useOf(first + 1)], { pool: -1 }));
  sleepUntil(agent, () => isTurn(agent, job), never);
  begin(agent, job);
  let seen = '';
  for (const buffer of [first, first + 1]) {
    assert(!isAbsent(agent, buffer), 'Who reads has the contents.');
    seen += ` ${space.payload[payloadAt(space, buffer)]}`;
  }
  end(agent, job);
  space.ran.push(seen);
  ring(agent, 0, -1);
  return seen;
}

export default scenario({
  setup: () => {
    const space = newSpace({ seated: 3, buffers: 4, budget: 2, jobs: 6 });
    for (let buffer = 0; buffer < 4; buffer++) {
      const id = newBuffer(agentIn(space, 0));
      for (const reader of [1, 2]) assert(holdBuffer(agentIn(space, reader), id));
      declareSource(agentIn(space, 0), buffer);
    }
    return space;
  },
  agents: {
    source: (space) => serve(space, agentIn(space, 0)),
    left: (space) => read(space, agentIn(space, 1), 0),
    right: (space) => read(space, agentIn(space, 2), 2),
  },
  after: (space, { left, right }) => {
    assertAtRest(space);
    assert.deepEqual([left, right], [' 10 11', ' 12 13']);
  },
  options: { killAgents: false, preemptions: 0, patches: small },
});
