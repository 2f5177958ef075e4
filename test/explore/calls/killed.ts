/**
 * The test of every call: one agent alone goes through some calls, and is killed before each of its steps in turn. The
 * proof of its stop, and the repair, must leave every table empty at once; then another agent makes the same calls.
 */
import assert from 'node:assert/strict';
import { type Scenario, scenario } from 'fenceline/check';
import { A_STATE } from '#fenceline/base/layout.js';
import { declareStopped } from '#fenceline/cells/agent.js';
import { load } from '#fenceline/cells/cell.js';
import { type Agent, agentAt, incarnationOf } from '#fenceline/cells/memory.js';
import { assertEmpty } from '../schedule/accounting.ts';
import { declare, newSpace, type Space, type SpaceSize, small } from '../schedule/space-world.ts';
import { agentIn } from '../world.ts';

/** The calls of a test: they leave nothing behind. */
export type Calls = (space: Space, agent: Agent) => void;

const size = { seated: 3, agents: 4, jobs: 2, buffers: 2, timelines: 1, chunks: 4, syncObjects: 1 };

/** The agent that `prepare` is given: it does nothing later on. */
export const victim = 1;

/** The seat that is free: calls may seat a second agent of their thread there, which dies with it. */
export const freeSeat = 3;

/** A scenario in which agent 0 makes the calls, and the undertaker makes them again if it died. */
export function killed(calls: Calls, prepare: Calls = nothing, more: Partial<SpaceSize> = {}): Scenario {
  return scenario({
    setup: () => {
      const space = newSpace({ ...size, ...more });
      prepare(space, agentIn(space, victim));
      return space;
    },
    agents: {
      caller: (space) => calls(space, agentIn(space, 0)),
    },
    afterDeath: (space) => {
      const undertaker = declare(space, 0);
      const seat = load(undertaker.words, agentAt(undertaker, freeSeat) + A_STATE);
      declareStopped(undertaker, freeSeat, incarnationOf(seat));
      // The victim of a prepared space may not be declared yet.
      if (prepare === nothing) assertEmpty(space);
      calls(space, undertaker);
    },
    after: (space) => {
      assertEmpty(space);
      assert(space.payload.length > 0);
    },
    options: { killAgents: true, preemptions: 0, patches: small },
  });
}

/** For `prepare`. */
export function nothing(): void {}
