/** The fingerprint of an execution's state: all that decides how it can go on. */
import { type AgentRun, DEAD, READY } from './agent-run.ts';
import { foldHigh, foldLow } from './fingerprint.ts';
import type { World } from './world.ts';

export interface Fingerprint {
  readonly low: number;
  readonly high: number;
}

/**
 * Memory, what each living agent learnt in order, who sleeps, time, and what the scenario shares besides.
 * @param extra Tells apart what the scheduler remembers.
 * The answer is overwritten by the next call.
 */
export function fingerprintOf(world: World, extra: number): Fingerprint {
  let low = world.memoryLow ^ extra;
  let high = world.memoryHigh;
  for (const agent of world.agents) {
    if (agent.status === DEAD) {
      // What only a dead thread knew decides nothing any more.
      low = foldLow(low, DEAD);
      continue;
    }
    low = foldLow(low ^ agent.low, agent.queuedLow ^ (agent.status << 3));
    high = foldHigh(high ^ agent.high, agent.queuedHigh ^ (agent.status << 3) ^ agent.operations);
  }
  for (const { agent, serial } of world.waiters) {
    if (agent.status !== DEAD) low = foldLow(low, agent.index * 64 + serial);
  }
  if (world.races !== undefined) low = foldLow(low, world.races.fingerprint());
  answer.low = foldLow(low, world.clock);
  answer.high = foldHigh(high, world.ghosts.fingerprint(world.shared));
  return answer;
}

/** The fingerprint that the death of an agent would lead to. */
export function fingerprintOfDeath(world: World, index: number, extra: number): Fingerprint {
  const agent = world.agents[index] as AgentRun;
  const { reaper } = world;
  const [status, reaperStatus] = [agent.status, reaper.status];
  agent.status = DEAD;
  if (world.settings.parts.afterDeath !== undefined) reaper.status = READY;
  const found = fingerprintOf(world, extra);
  agent.status = status;
  reaper.status = reaperStatus;
  return found;
}

/** One record for all answers: this is asked at every decision. */
const answer: { low: number; high: number } = { low: 0, high: 0 };
