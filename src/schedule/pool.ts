/**
 * Who works for a pool, and who of them sleeps.
 *
 * A worker that is about to sleep adds itself to the idle set, then looks for work once more. Whoever makes a job ready
 * takes one out of the set and rings it. A worker that found work by that last look, and finds itself taken out
 * meanwhile, was rung for something else: it passes the ring on.
 */
import { J_POOL, O_IDLE, O_IDLE_OVERFLOW, O_WORKERS, O_WORKERS_OVERFLOW, POOL_WORDS } from '../base/layout.ts';
import { load } from '../cells/cell.ts';
import { ring, ringAgents } from '../cells/doorbell.ts';
import { addAgent, popAgent, readAgents, removeAgent } from '../cells/interest.ts';
import type { Agent, Memory } from '../cells/memory.ts';
import { jobAt } from './job.ts';

export function poolAt(memory: Memory, pool: number): number {
  return memory.layout.pools + pool * POOL_WORDS;
}

/** This agent is a worker of the pool from here on; its death takes it out again. */
export function joinPool(agent: Agent, pool: number): void {
  const at = poolAt(agent, pool);
  addAgent(agent.words, at + O_WORKERS, at + O_WORKERS_OVERFLOW, agent.index);
}

/** Wakes up to `count` workers of the pool that sleep. Context: a job became ready, or must be listened for. */
export function wakeWorkers(agent: Agent, pool: number, count: number): void {
  const at = poolAt(agent, pool);
  const idle = readAgents(agent.words, at + O_IDLE, at + O_IDLE_OVERFLOW);
  for (let woken = 0; woken < count; woken++) {
    const index = popAgent(idle);
    if (index < 0) return;
    // Somebody else may have taken it out: then it is rung already, for one job, and this is another.
    if (removeAgent(agent.words, at + O_IDLE, at + O_IDLE_OVERFLOW, index)) ring(agent, index, -1);
    else woken--;
  }
}

/** Wakes the pool of a job, if it has one: something about the job changed. */
export function ringPool(agent: Agent, job: number): void {
  const pool = load(agent.words, jobAt(agent, job) + J_POOL);
  if (pool >= 0) wakeAllWorkers(agent, pool);
}

/** Wakes all workers of the pool: a queued job needs somebody who looks when locks or memory come free. */
export function wakeAllWorkers(agent: Agent, pool: number): void {
  const at = poolAt(agent, pool);
  ringAgents(agent, readAgents(agent.words, at + O_WORKERS, at + O_WORKERS_OVERFLOW), -1);
}

/** Says that this worker is about to sleep. Look for work after this, and before the sleep. */
export function enterIdle(agent: Agent, pool: number): void {
  const at = poolAt(agent, pool);
  addAgent(agent.words, at + O_IDLE, at + O_IDLE_OVERFLOW, agent.index);
}

/** Takes this worker out of the idle set. Outcomes: false if it had been taken out already, by somebody who rang it. */
export function leaveIdle(agent: Agent, pool: number): boolean {
  const at = poolAt(agent, pool);
  return removeAgent(agent.words, at + O_IDLE, at + O_IDLE_OVERFLOW, agent.index);
}
