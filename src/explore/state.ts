/** The fingerprint of an execution's state: all that decides how it can go on. */
import { type AgentRun, DEAD, PARKED, READY, START_SITE } from './agent-run.ts';
import { bitsOf, foldHigh, foldLow } from './fingerprint.ts';
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
    high = foldHigh(high ^ agent.high, agent.queuedHigh ^ (agent.status << 3) ^ agent.remembered);
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

/** What every living agent is about to do: the same whenever the state is the same. */
export function intentionsOf(world: World): number {
  let hash = 0;
  for (const { status, index, pending } of world.agents) {
    if (status !== READY && status !== PARKED) continue;
    hash = foldLow(hash, index * 4096 + pending.site);
    if (pending.site === START_SITE) continue;
    hash = foldLow(hash, pending.index ^ (bitsOf(pending.a) << 8));
  }
  return hash;
}

/** One record for all answers: this is asked at every decision. */
const answer: { low: number; high: number } = { low: 0, high: 0 };
