/**
 * A buffer that only one agent can fill, a reader that needs it twice, and somebody who evicts it in between: the reader sees
 * what the source writes, or hears that it is gone, wherever an agent dies.
 */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { B_CONTENTS } from '#fenceline/base/layout.js';
import { bufferAt, holdBuffer } from '#fenceline/buffer/buffer.js';
import { load } from '#fenceline/cells/cell.js';
import { ring } from '#fenceline/cells/doorbell.js';
import type { Agent } from '#fenceline/cells/memory.js';
import { sleepUntil } from '#fenceline/cells/wait.js';
import { waitPoints } from '#fenceline/fence/wait.js';
import { evictAll, newRequest } from '#fenceline/memory/evict.js';
import { declareSource, FILL_WANTED, fillOf, isAbsent, noteFilled } from '#fenceline/memory/filling.js';
import { freshen } from '#fenceline/memory/placement.js';
import { closeLockSet, openLockSet } from '#fenceline/reservation/lock-set.js';
import { completeJob } from '#fenceline/schedule/complete.js';
import { pendingDependency } from '#fenceline/schedule/dependencies.js';
import { isIdle } from '#fenceline/schedule/idle.js';
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
import { declare, newBuffer, newSpace, payloadAt, type Space, small } from '../schedule/space-world.ts';
import { agentIn } from '../world.ts';

const never = Number.POSITIVE_INFINITY;
const names = ['source', 'reader'];
const contents = 7;

/** Waits for the turn of a job that the agent does itself, and begins it. Outcomes: false if it ended instead. */
function begin(agent: Agent, mine: Called): boolean {
  sleepUntil(
    agent,
    () => {
      if (mine.isQueued) retry(agent, mine);
      return phaseOf(loadPhase(agent, mine.job)) >= ADMITTED;
    },
    never,
  );
  for (;;) {
    const next = pendingDependency(agent, mine.job);
    if (next === undefined) break;
    waitPoints(agent, [next], never);
  }
  const isBegun = movePhase(agent, mine.job, loadPhase(agent, mine.job), RUNNING, agent.index);
  setFlag(agent, mine.job, FLAG_TOUCHED);
  return isBegun;
}

function end(agent: Agent, mine: Called): void {
  assert(movePhase(agent, mine.job, loadPhase(agent, mine.job), FINISHING, agent.index));
  completeJob(agent, mine.job);
  collect(agent, mine);
}

/** As src/source.ts: fills the buffer whenever it is asked for, until the reader is done. */
function serve(space: Space, agent: Agent): boolean {
  const isOver = (): boolean => space.ran.includes('over');
  for (;;) {
    sleepUntil(agent, () => isOver() || fillOf(agent, 0) === FILL_WANTED, never);
    if (isOver()) return true;
    const job = call(
      agent,
      specOf(-1, [{ buffer: 0, generation: 0, access: ACCESS_WRITE, isPart: false }], { pool: -1, flags: FLAG_FILL }),
    );
    assert(begin(agent, job));
    freshen(agent, 0);
    space.payload[payloadAt(space, 0)] = contents;
    noteFilled(agent, 0);
    end(agent, job);
  }
}

function readOnce(space: Space, agent: Agent): number {
  const job = call(agent, specOf(-1, [{ buffer: 0, generation: 0, access: ACCESS_READ, isPart: false }], { pool: -1 }));
  assert(begin(agent, job));
  freshen(agent, 0);
  const isLost = load(agent.words, bufferAt(agent, 0) + B_CONTENTS) !== 0 || isAbsent(agent, 0);
  const seen = isLost ? -1 : (space.payload[payloadAt(space, 0)] ?? 0);
  end(agent, job);
  return seen;
}

function read(space: Space, agent: Agent): string {
  const first = readOnce(space, agent);
  const set = openLockSet(agent);
  evictAll(agent, newRequest(set, isIdle));
  closeLockSet(agent, set);
  const second = readOnce(space, agent);
  space.ran.push('over');
  return `${first} ${second}`;
}

export default scenario({
  setup: () => {
    const space = newSpace({ seated: 3, buffers: 1, jobs: 2 });
    const id = newBuffer(agentIn(space, 0));
    assert(holdBuffer(agentIn(space, 1), id));
    declareSource(agentIn(space, 0), 0);
    return space;
  },
  agents: {
    source: (space) => serve(space, agentIn(space, 0)),
    reader: (space) => {
      const agent = agentIn(space, 1);
      const seen = read(space, agent);
      ring(agent, 0, -1);
      return seen;
    },
  },
  afterDeath: (space, dead) => {
    const undertaker = declare(space, names.indexOf(dead));
    if (dead === 'reader') {
      space.ran.push('over');
      ring(undertaker, 0, -1);
    }
  },
  after: (space, { source, reader }) => {
    assertAtRest(space);
    if (source && reader !== undefined) assert.equal(reader, '7 7', 'The reader sees what the source wrote.');
    if (reader !== undefined)
      assert(['7 7', '7 -1', '-1 -1'].includes(reader), `It reads what the source wrote (${reader}).`);
  },
  options: { preemptions: 1, patches: small },
});
