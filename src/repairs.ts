/**
 * What is put right after an agent that stopped: the functions of all layers, in the one order that is right.
 *
 * Blocks and locks are judged while what they protect still names the dead agent; what it was publishing is finished before either. Each can be run again from any point,
 * by another agent. Not here: when they run, and who runs them (cells/agent.ts).
 */
import { codeNumber } from './base/errors.ts';
import { O_IDLE, O_IDLE_OVERFLOW, O_STATE, O_WORKERS, O_WORKERS_OVERFLOW, POOL_WORDS } from './base/layout.ts';
import { poolsPerSpace } from './base/limits.ts';
import { repairAttachments } from './buffer/attachments.ts';
import { lockOf, repairBuffers } from './buffer/buffer.ts';
import { repairExports } from './buffer/exports.ts';
import { cas, load } from './cells/cell.ts';
import { repairChunks } from './cells/chunk.ts';
import { readAgents, removeAgent } from './cells/interest.ts';
import type { Agent, Repair } from './cells/memory.ts';
import { repairRings } from './cells/trace-ring.ts';
import { repairSyncObjects } from './fence/sync-object.ts';
import { repairTimelines } from './fence/timeline.ts';
import { repairUserLocks } from './lock/lock-table.ts';
import { repairTickets } from './lock/ticket.ts';
import { repairLock } from './lock/ww-lock.ts';
import { repairAccounts } from './memory/account.ts';
import { repairHeaps } from './memory/block-repair.ts';
import { repairDeviceHeaps } from './memory/device-heap.ts';
import { repairPublications } from './memory/publication.ts';
import { repairPlacements } from './memory/release.ts';
import { repairHookPool } from './schedule/hook-pool.ts';
import { endPoolJobs } from './schedule/pool-jobs.ts';
import { repairJobs } from './schedule/repair-jobs.ts';

export const repairs: readonly Repair[] = [
  repairChunks,
  repairPublications,
  repairHeaps,
  repairAccounts,
  repairDeviceHeaps,
  repairBufferLocks,
  repairUserLocks,
  repairTickets,
  repairTimelines,
  repairSyncObjects,
  repairAttachments,
  repairExports,
  repairBuffers,
  repairJobs,
  repairPlacements,
  repairPools,
  repairHookPool,
  repairRings,
];

function repairBufferLocks(agent: Agent, deadIndex: number): void {
  // Free slots too: somebody who was late may have died holding the lock of one.
  for (let buffer = 0; buffer < agent.layout.limits.buffers; buffer++) {
    repairLock(agent, lockOf(agent, buffer), deadIndex);
  }
}

function repairPools(agent: Agent, deadIndex: number): void {
  for (let pool = 0; pool < poolsPerSpace; pool++) {
    const at = agent.layout.pools + pool * POOL_WORDS;
    removeAgent(agent.words, at + O_IDLE, at + O_IDLE_OVERFLOW, deadIndex);
    removeAgent(agent.words, at + O_WORKERS, at + O_WORKERS_OVERFLOW, deadIndex);
    // Its maker is gone: nobody submits to it any more. When its last worker is gone too, what is left can never run.
    cas(agent.words, at + O_STATE, deadIndex + 1, orphaned);
    const isOrphaned = (): boolean => load(agent.words, at + O_STATE) === orphaned;
    if (!isOrphaned() || hasWorkers(agent, at)) continue;
    endPoolJobs(agent, pool, codeNumber('EOWNERDEAD'), isOrphaned);
    cas(agent.words, at + O_STATE, orphaned, 0);
  }
}

function hasWorkers(agent: Agent, at: number): boolean {
  const workers = readAgents(agent.words, at + O_WORKERS, at + O_WORKERS_OVERFLOW);
  return workers.first !== 0 || workers.rest !== 0;
}

/** State of a pool whose maker has stopped: a number that no agent has. */
const orphaned = 127;
