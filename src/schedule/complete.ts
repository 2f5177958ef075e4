/**
 * The end of a job: its outcome goes to its buffers and its point, then the slot to whoever submitted it.
 *
 * Context of `completeJob`: phase FINISHING names the caller, and was set after the error number, so that a repairer who
 * finds FINISHING finds the outcome too. Every step can be done again:
 *   1. contents of the buffers it wrote, if it had its turn: good, or failed with its error number; room that it never used goes
 *   2. error recorded on the lane; phase DONE names the caller; the point is signalled      <- the commit
 *   3. waiters are rung; closed buffers whose last user it was are released
 * After the signal the slot belongs to the submitter, which may free it at once: step 3 reads nothing of it.
 */
import {
  B_CONTENTS,
  B_CONTENTS_JOB,
  B_CONTENTS_SEQNO,
  H_QUEUED_INTEREST,
  J_DEP_CHUNK,
  J_ERROR,
  J_ERROR_CHUNK,
  J_PARTS,
  J_RECORD_CHUNK,
  J_RESULT,
  J_STATE,
  J_SUBMITTER,
  TL_EPOCH,
  TL_INTEREST,
  TL_LO,
} from '../base/layout.ts';
import { bufferAt } from '../buffer/buffer.ts';
import { cas, load, store } from '../cells/cell.ts';
import { freeChain, freeChunksOf } from '../cells/chunk.ts';
import type { Agent } from '../cells/memory.ts';
import { FREEING, generationOf, LIVE, nobody, slotWord, stateOf } from '../cells/slot.ts';
import { TRACE_SIGNAL, trace } from '../cells/trace.ts';
import { recordError } from '../fence/error-records.ts';
import { writeSeqno } from '../fence/seqno.ts';
import { completedOf, timelineAt, wake } from '../fence/timeline.ts';
import { tryRelease } from '../memory/placement.ts';
import { giveRoomBack } from '../memory/room.ts';
import { ringQueued } from '../reservation/lock-set.ts';
import {
  chunkOwnerOf,
  DONE_JOB,
  FLAG_REPAIRED,
  FLAG_TOUCHED,
  freeJobSlot,
  hasFlag,
  isReplacing,
  isWriting,
  jobAt,
  laneOf,
  loadPhase,
  movePhase,
  phaseOf,
  seqnoOfJob,
  type Use,
  usesOf,
} from './job.ts';

/** Decides how a job ends, before it is moved to FINISHING: the first error stands. */
export function decideError(agent: Agent, job: number, code: number): void {
  if (code !== 0) cas(agent.words, jobAt(agent, job) + J_ERROR, 0, code);
}

export function completeJob(agent: Agent, job: number): void {
  const { words } = agent;
  const at = jobAt(agent, job);
  const error = load(words, at + J_ERROR);
  const uses = usesOf(agent, job);
  const seqno = seqnoOfJob(agent, job);
  if (hasFlag(agent, job, FLAG_TOUCHED)) {
    for (const use of uses) if (isWriting(use)) judgeContents(agent, job, use.buffer, error, isReplacing(use));
  }
  giveRoomsBack(agent, job, uses);
  const lane = laneOf(agent, job);
  const laneAt = timelineAt(agent, lane);
  const isSignaled = completedOf(agent, lane) >= seqno;
  if (error !== 0 && !isSignaled) recordError(words, laneAt, seqno, error);
  if (!isSignaled) trace(agent, TRACE_SIGNAL, lane, 0, seqno, error);
  movePhase(agent, job, loadPhase(agent, job), DONE_JOB, agent.index);
  if (!isSignaled) writeSeqno(words, laneAt + TL_LO, laneAt + TL_EPOCH, load(words, laneAt + TL_EPOCH), seqno);
  if (load(words, laneAt + TL_INTEREST) !== 0) wake(agent, lane);
  for (const use of uses) tryRelease(agent, use.buffer);
  ringQueued(agent);
  // Read after the signal: a repairer writes it before it looks at the lane, so one of us sees the other.
  if (load(words, at + J_SUBMITTER) === nobody) collectSlot(agent, job, seqno);
}

/** Memory for contents that it does not replace any more (memory/room.ts). `isUndone`: as `undoBlock`. */
export function giveRoomsBack(agent: Agent, job: number, uses: readonly Use[], isUndone: boolean = false): void {
  for (const use of uses) if (isReplacing(use)) giveRoomBack(agent, use.buffer, job, isUndone);
}

/** Frees the slot of a job that is over. By its submitter, or by whoever finds that there is none any more. */
export function collectSlot(agent: Agent, job: number, seqno: number): void {
  const { words } = agent;
  const at = jobAt(agent, job);
  const word = load(words, at + J_STATE);
  if (stateOf(word) !== LIVE || phaseOf(loadPhase(agent, job)) !== DONE_JOB || seqnoOfJob(agent, job) !== seqno) return;
  if (!cas(words, at + J_STATE, word, slotWord(FREEING, agent.index, generationOf(word)))) return;
  const errorChunk = load(words, at + J_ERROR_CHUNK);
  // Before it is freed: who reads the words of an error looks at this again, and must not take another's for them.
  store(words, at + J_ERROR_CHUNK, 0);
  if (hasFlag(agent, job, FLAG_REPAIRED)) freeChunksOf(agent, chunkOwnerOf(job));
  else freeNamedChunks(agent, at, errorChunk);
  freeJobSlot(agent, job);
  // Somebody may wait for chunks.
  if (load(words, H_QUEUED_INTEREST) !== 0) ringQueued(agent);
}

function freeNamedChunks(agent: Agent, at: number, errorChunk: number): void {
  const { words } = agent;
  freeChain(agent, load(words, at + J_RECORD_CHUNK));
  freeChain(agent, load(words, at + J_DEP_CHUNK));
  freeChain(agent, errorChunk);
  const parts = load(words, at + J_PARTS);
  for (let part = 0; part < parts; part++) freeChain(agent, load(words, at + J_RESULT + part));
}

/** A failed write leaves contents that nobody can vouch for; a full one that succeeded heals them. */
function judgeContents(agent: Agent, job: number, buffer: number, error: number, isReplacedWhole: boolean): void {
  const at = bufferAt(agent, buffer);
  if (error !== 0) {
    store(agent.words, at + B_CONTENTS_JOB, job + 1);
    store(agent.words, at + B_CONTENTS_SEQNO, seqnoOfJob(agent, job) | 0);
    store(agent.words, at + B_CONTENTS, error);
  } else if (isReplacedWhole) {
    store(agent.words, at + B_CONTENTS, 0);
  }
}
