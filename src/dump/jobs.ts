/** Jobs in a dump, and what each waits for. Each is read for itself, and read again if it went on meanwhile. */
import { H_JOB_TOP, J_ORDER, J_PHASE, J_STATE, J_SUBMITTER } from '../base/layout.ts';
import { pointsPerReservation } from '../base/limits.ts';
import { bufferSizeBytes, heapOf, lockOf, placementOf, reservationOf } from '../buffer/buffer.ts';
import { load } from '../cells/cell.ts';
import type { Memory } from '../cells/memory.ts';
import { FREE, stateOf } from '../cells/slot.ts';
import type { Core } from '../core.ts';
import { agentOfTicket } from '../lock/ticket.ts';
import { holderOf } from '../lock/ww-lock.ts';
import { nameOfJob, nameOfPoint, runnersOf, whoOwes } from '../report.ts';
import { pendingPoints, USAGE_BOOKKEEP } from '../reservation/reservation.ts';
import { pendingInSlot } from '../schedule/dependencies.ts';
import {
  ADMITTED,
  ADMITTING,
  FINISHING,
  FLAG_WAITS_FOR_MEMORY,
  hasFlag,
  jobAt,
  loadPhase,
  phaseAgentOf,
  phaseOf,
  QUEUED,
  RUNNING,
  SPLIT,
  seqnoOfJob,
  type Use,
  usesOf,
} from '../schedule/job.ts';
import { idOfGeneration, nameOfHeap } from './buffers.ts';
import type { JobDump, WaitDump } from './format.ts';

const phases: ReadonlyMap<number, JobDump['phase']> = new Map([
  [QUEUED, 'queued'],
  [ADMITTING, 'queued'],
  [ADMITTED, 'ready'],
  [RUNNING, 'running'],
  [SPLIT, 'running'],
  [FINISHING, 'running'],
]);
const accesses = ['read', 'write', 'update'] as const;
const readsMax = 4;

export function jobsOf(core: Core): JobDump[] {
  const { agent } = core;
  const found: { order: number; dump: JobDump }[] = [];
  const top = load(agent.words, H_JOB_TOP);
  for (let job = 0; job < top; job++) {
    const dump = jobOf(core, job);
    if (dump !== undefined) found.push({ order: load(agent.words, jobAt(agent, job) + J_ORDER), dump });
  }
  // Order of submission wraps.
  return found.sort((a, b) => (a.order - b.order) | 0).map(({ dump }) => dump);
}

/** Outcomes: undefined if the slot has no job that is under way, or goes on all the time. */
function jobOf(core: Core, job: number): JobDump | undefined {
  const { agent } = core;
  for (let read = 0; read < readsMax; read++) {
    const word = loadPhase(agent, job);
    const phase = phases.get(phaseOf(word));
    if (phase === undefined || stateOf(load(agent.words, jobAt(agent, job) + J_STATE)) === FREE) return undefined;
    const dump = readJob(core, job, word, phase);
    if (load(agent.words, jobAt(agent, job) + J_PHASE) === word) return dump;
  }
  return undefined;
}

function readJob(core: Core, job: number, word: number, phase: JobDump['phase']): JobDump {
  const { agent } = core;
  const uses = usesOf(agent, job);
  return {
    job,
    seqno: seqnoOfJob(agent, job),
    label: nameOfJob(core, job),
    phase,
    submitter: load(agent.words, jobAt(agent, job) + J_SUBMITTER),
    runners: phase === 'running' ? runnersOfPhase(agent, job, word) : [],
    uses: uses.map(({ buffer, generation, access }) => ({
      buffer: idOfGeneration(buffer, generation),
      access: accesses[access] ?? 'update',
    })),
    waitsFor: phase === 'queued' ? whyQueued(core, job, uses) : phase === 'ready' ? whyNotRun(core, job) : [],
  };
}

function runnersOfPhase(memory: Memory, job: number, word: number): number[] {
  return phaseOf(word) === SPLIT ? runnersOf(memory, job) : [phaseAgentOf(word)];
}

/** What of its buffers is in the way; nothing: earlier jobs of its submitter, or others that wait for memory. */
function whyQueued(core: Core, job: number, uses: readonly Use[]): WaitDump[] {
  const { agent } = core;
  const waits: WaitDump[] = [];
  const isShort = hasFlag(agent, job, FLAG_WAITS_FOR_MEMORY);
  for (const { buffer, generation } of uses) {
    const id = idOfGeneration(buffer, generation);
    const ticket = holderOf(agent, lockOf(agent, buffer));
    if (ticket >= 0) waits.push({ for: 'lock', buffer: id, agent: agentOfTicket(ticket) });
    if (isShort && placementOf(agent, buffer) < 0) {
      const heap = nameOfHeap(core, heapOf(agent, buffer));
      waits.push({ for: 'memory', heap, bytes: bufferSizeBytes(agent, buffer) });
    }
    if (isFull(agent, buffer)) waits.push({ for: 'room', buffer: id });
  }
  return waits.length > 0 ? waits : [{ for: 'turn' }];
}

function isFull(memory: Memory, buffer: number): boolean {
  return pendingPoints(memory, reservationOf(memory, buffer), USAGE_BOOKKEEP).length >= pointsPerReservation;
}

function whyNotRun(core: Core, job: number): WaitDump[] {
  const pending = pendingInSlot(core.agent, job).map((point): WaitDump => {
    return { for: 'fence', timeline: nameOfPoint(core, point), seqno: point.seqno, owed: whoOwes(core, [point]) };
  });
  return pending.length > 0 ? pending : [{ for: 'worker' }];
}
