/**
 * Who works for a pool, and who of them sleeps.
 *
 * A worker that is about to sleep adds itself to the idle set, then looks for work once more. Whoever makes a job ready
 * takes one out of the set and rings it. A worker that found work by that last look, and finds itself taken out
 * meanwhile, was rung for something else: it passes the ring on.
 */
import { fail } from '../base/errors.ts';
import { J_POOL, O_IDLE, O_IDLE_OVERFLOW, O_STATE, O_WORKERS, O_WORKERS_OVERFLOW, POOL_WORDS } from '../base/layout.ts';
import { poolsPerSpace } from '../base/limits.ts';
import { cas, load, store } from '../cells/cell.ts';
import { ring, ringAgents } from '../cells/doorbell.ts';
import { addAgent, dropFromSet, popAgent, readAgents, removeAgent } from '../cells/interest.ts';
import type { Agent, Memory } from '../cells/memory.ts';
import { jobAt } from './job.ts';

export function poolAt(memory: Memory, pool: number): number {
  return memory.layout.pools + pool * POOL_WORDS;
}

/** Takes a pool's place, in the name of this agent. Outcomes: its number, or ENOSPC. */
export function claimPool(agent: Agent): number {
  for (let pool = 0; pool < poolsPerSpace; pool++) {
    if (cas(agent.words, poolAt(agent, pool) + O_STATE, 0, agent.index + 1)) return pool;
  }
  return fail('ENOSPC', `All pools (${poolsPerSpace}) of the space are in use. Hint: close one.`, {
    limit: 'pools',
    value: poolsPerSpace,
  });
}

/** Gives the place back. Context: it has no workers and no jobs. */
export function freePool(agent: Agent, pool: number): void {
  store(agent.words, poolAt(agent, pool) + O_STATE, 0);
}

/** This agent is a worker of the pool from here on; its death takes it out again. */
export function joinPool(agent: Agent, pool: number): void {
  const at = poolAt(agent, pool);
  addAgent(agent.words, at + O_WORKERS, at + O_WORKERS_OVERFLOW, agent.index);
}

/** This agent works for the pool no more. */
export function leavePool(agent: Agent, pool: number): void {
  leavePoolOf(agent, pool, agent.index);
}

/** The same of an agent that stopped. */
export function leavePoolOf(memory: Memory, pool: number, agentIndex: number): void {
  const at = poolAt(memory, pool);
  removeAgent(memory.words, at + O_IDLE, at + O_IDLE_OVERFLOW, agentIndex);
  removeAgent(memory.words, at + O_WORKERS, at + O_WORKERS_OVERFLOW, agentIndex);
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

/** Whether another worker of the pool says that it sleeps. */
export function hasIdle(agent: Agent, pool: number): boolean {
  const at = poolAt(agent, pool);
  const idle = readAgents(agent.words, at + O_IDLE, at + O_IDLE_OVERFLOW);
  dropFromSet(idle, agent.index);
  return popAgent(idle) >= 0;
}

/** Takes this worker out of the idle set. Outcomes: false if it had been taken out already, by somebody who rang it. */
export function leaveIdle(agent: Agent, pool: number): boolean {
  const at = poolAt(agent, pool);
  return removeAgent(agent.words, at + O_IDLE, at + O_IDLE_OVERFLOW, agent.index);
}
