/**
 * Agents: threads that joined a space. Joining, leaving, and being found dead.
 *
 *   FREE -> JOINING(by parent) -> LIVE -> LEAVING -> FREE, incarnation + 1
 *                    any of these -> DEAD (stop proven) -> REPAIRING(by agent) -> FREE, incarnation + 1
 *
 * Each arrow is one compare-exchange. A dead agent is repaired by one agent at a time, which the word names: a second
 * repairer could still be at work when the slot has a new owner, and would clear that owner's bits. If the repairer
 * dies, its own repair turns REPAIRING(by it) back into DEAD before its slot is freed; every repair step can be redone.
 * Who dies on the way to its seat, before its words name its thread, is found by its claim (seat-claim.ts).
 *
 * Not here: what is repaired (the functions in `agent.repairs`, one per layer), and waking (doorbell.ts).
 */
import {
  A_ARMED,
  A_CLAIM,
  A_PARENT,
  A_PROOF,
  A_QUIT,
  A_STARTED,
  A_STATE,
  A_THREAD,
  H_REPAIRS,
} from '../base/layout.ts';
import { add, cas, load, store } from './cell.ts';
import { ringAll } from './doorbell.ts';
import type { Agent, Memory } from './memory.ts';
import {
  AGENT_DEAD,
  AGENT_FREE,
  AGENT_JOINING,
  AGENT_LEAVING,
  AGENT_LIVE,
  AGENT_REPAIRING,
  agentAt,
  agentByOf,
  agentStateOf,
  agentWord,
  incarnationOf,
} from './memory.ts';
import { identifyThread, isThreadGone, PROOF_DECLARED } from './proof.ts';
import { closePump } from './pump.ts';
import { claimSeat, dropClaim, isClaimantGone } from './seat-claim.ts';
import { nobody } from './slot.ts';

/** A place kept for an agent that its parent is about to start. */
export interface Seat {
  readonly index: number;
  readonly incarnation: number;
}

/**
 * Takes a free agent slot as JOINING, in the name of `parentIndex`: if the child dies on the way, its parent's proof
 * covers it. `nobody`: for the calling thread itself, which claims the seat, and must take it next.
 * Outcomes: the seat, or undefined if all are taken.
 */
export function reserveSeat(memory: Memory, parentIndex: number): Seat | undefined {
  const { words, layout } = memory;
  const thread = parentIndex === nobody ? identifyThread() : undefined;
  for (let index = 0; index < layout.limits.agents; index++) {
    const at = agentAt(memory, index);
    const word = load(words, at + A_STATE);
    if (agentStateOf(word) !== AGENT_FREE) continue;
    const incarnation = incarnationOf(word);
    if (thread !== undefined && !claimSeat(memory, index, word, thread)) continue;
    if (!cas(words, at + A_STATE, word, agentWord(AGENT_JOINING, parentIndex, incarnation))) {
      if (thread !== undefined) dropClaim(memory, index, thread);
      continue;
    }
    store(words, at + A_PARENT, parentIndex + 1);
    store(words, at + A_PROOF, 0);
    store(words, at + A_QUIT, 0);
    store(words, at + A_ARMED, 0);
    return { index, incarnation };
  }
  return undefined;
}

/**
 * The calling thread takes its seat. Outcomes: true, or false if the seat was given up meanwhile.
 *
 * The compare-exchange comes first: a seat may be given up at any moment, because its parent left, and be somebody
 * else's at once; whoever was late must not have written into it. Until A_PROOF is written, last, the claim says which
 * thread this is.
 */
export function takeSeat(memory: Memory, seat: Seat): boolean {
  const { words } = memory;
  const at = agentAt(memory, seat.index);
  const word = load(words, at + A_STATE);
  if (agentStateOf(word) !== AGENT_JOINING || incarnationOf(word) !== seat.incarnation) return false;
  const thread = identifyThread();
  if (!claimSeat(memory, seat.index, word, thread)) return false;
  const isTaken = cas(words, at + A_STATE, word, agentWord(AGENT_LIVE, agentByOf(word), seat.incarnation));
  if (isTaken) {
    store(words, at + A_THREAD, thread.thread);
    store(words, at + A_STARTED, thread.started);
    store(words, at + A_PROOF, thread.proof);
  }
  dropClaim(memory, seat.index, thread);
  return isTaken;
}

/** Takes back a seat whose agent did not come yet. Outcomes: true: it never will come; false: it did, or another took it. */
export function withdrawSeat(memory: Memory, seat: Seat): boolean {
  const at = agentAt(memory, seat.index) + A_STATE;
  const word = load(memory.words, at);
  if (agentStateOf(word) !== AGENT_JOINING || incarnationOf(word) !== seat.incarnation) return false;
  return cas(memory.words, at, word, agentWord(AGENT_FREE, 0, seat.incarnation + 1));
}

/** Whether any agent can find out that this one stopped, by looking. */
export function isStopProvable(memory: Memory, index: number): boolean {
  return load(memory.words, agentAt(memory, index) + A_PROOF) !== PROOF_DECLARED;
}

/** The agent gives its place back in good order: it holds nothing any more, or what it holds is repaired like a death. */
export function leave(agent: Agent): void {
  const at = agentAt(agent, agent.index);
  const live = load(agent.words, at + A_STATE);
  if (agentStateOf(live) !== AGENT_LIVE || incarnationOf(live) !== agent.incarnation) return;
  if (!cas(agent.words, at + A_STATE, live, agentWord(AGENT_LEAVING, agent.index, agent.incarnation))) return;
  closePump(agent);
  repairSlot(agent, agent.index);
  freeSeat(agent, agent.index, agentWord(AGENT_LEAVING, agent.index, agent.incarnation));
  // Its ring went with the seat, and freeing that noted nothing.
  agent.tracer = undefined;
}

/** Whether the agent in this slot, of this incarnation, is still on its way, at work or leaving. */
export function isPresent(memory: Memory, index: number, incarnation: number): boolean {
  const word = load(memory.words, agentAt(memory, index) + A_STATE);
  const state = agentStateOf(word);
  return incarnationOf(word) === incarnation && state !== AGENT_FREE && state < AGENT_DEAD;
}

/**
 * Says that the agent is proven to have stopped, and repairs what it left. For those who hold a proof: the creator's
 * 'exit' event, or `findStopped`. Context: no lock held. Does nothing for another incarnation.
 */
export function declareStopped(agent: Agent, index: number, incarnation: number): void {
  const at = agentAt(agent, index) + A_STATE;
  for (;;) {
    const word = load(agent.words, at);
    const state = agentStateOf(word);
    if (incarnationOf(word) !== incarnation || state === AGENT_FREE) return;
    if (state >= AGENT_DEAD) break;
    if (cas(agent.words, at, word, agentWord(AGENT_DEAD, index, incarnation))) break;
  }
  repairAllDead(agent);
}

/** Looks for agents whose thread is gone and repairs what they left. Context: no lock held, may read files. */
export function findStopped(agent: Agent): void {
  for (let index = 0; index < agent.layout.limits.agents; index++) {
    if (index === agent.index) continue;
    const at = agentAt(agent, index);
    const word = load(agent.words, at + A_STATE);
    const state = agentStateOf(word);
    if (state >= AGENT_DEAD) continue;
    const claimant = load(agent.words, at + A_CLAIM);
    if (claimant !== 0) lookAtClaim(agent, index, word, claimant);
    if (state === AGENT_FREE || state === AGENT_JOINING) continue;
    const proof = load(agent.words, at + A_PROOF);
    // The other two words may still name a former owner of the seat.
    if (proof === PROOF_DECLARED) continue;
    const thread = load(agent.words, at + A_THREAD);
    const started = load(agent.words, at + A_STARTED);
    // The identity belongs to the state word read before it only if that word still stands.
    if (load(agent.words, at + A_STATE) !== word) continue;
    if (isThreadGone(proof, thread, started)) declareStopped(agent, index, incarnationOf(word));
  }
  repairAllDead(agent);
}

/** A thread that is gone cannot sit down any more: the seat that it was about to take is nobody's. */
function lookAtClaim(agent: Agent, index: number, word: number, claimant: number): void {
  if (!isClaimantGone(claimant)) return;
  const at = agentAt(agent, index);
  const state = agentStateOf(word);
  const isItsSeat =
    state === AGENT_JOINING
      ? agentByOf(word) === nobody
      : state !== AGENT_FREE && load(agent.words, at + A_PROOF) === PROOF_DECLARED;
  if (load(agent.words, at + A_STATE) !== word) return;
  if (isItsSeat) declareStopped(agent, index, incarnationOf(word));
  cas(agent.words, at + A_CLAIM, claimant, 0);
}

/** Repairs after every DEAD agent that nobody is at. Repairing a repairer can turn one more slot DEAD: look again. */
function repairAllDead(agent: Agent): void {
  for (let index = 0; index < agent.layout.limits.agents; index++) {
    const word = load(agent.words, agentAt(agent, index) + A_STATE);
    if (!isUpForRepair(agent, word)) continue;
    if (repairAfter(agent, index, word)) index = -1;
  }
}

function isUpForRepair(agent: Agent, word: number): boolean {
  const state = agentStateOf(word);
  if (state === AGENT_DEAD) return true;
  if (state !== AGENT_REPAIRING) return false;
  // Ours: an earlier repair of this very agent was unwound by a throw. Another's: only if that one is dead itself.
  const by = agentByOf(word);
  return by === agent.index || agentStateOf(load(agent.words, agentAt(agent, by) + A_STATE)) === AGENT_DEAD;
}

/** Outcomes: true if this agent did the repair. */
function repairAfter(agent: Agent, index: number, word: number): boolean {
  const mine = agentWord(AGENT_REPAIRING, agent.index, incarnationOf(word));
  if (word !== mine && !cas(agent.words, agentAt(agent, index) + A_STATE, word, mine)) return false;
  repairSlot(agent, index);
  freeSeat(agent, index, mine);
  return true;
}

function repairSlot(agent: Agent, index: number): void {
  repairRepairs(agent, index);
  for (const repair of agent.repairs) repair(agent, index);
}

/** What the dead agent was repairing is DEAD again; seats it kept for children that never came are free. */
function repairRepairs(agent: Agent, deadIndex: number): void {
  for (let index = 0; index < agent.layout.limits.agents; index++) {
    const at = agentAt(agent, index) + A_STATE;
    const word = load(agent.words, at);
    if (index === deadIndex || agentByOf(word) !== deadIndex) continue;
    const incarnation = incarnationOf(word);
    if (agentStateOf(word) === AGENT_REPAIRING) cas(agent.words, at, word, agentWord(AGENT_DEAD, index, incarnation));
    if (agentStateOf(word) === AGENT_JOINING) cas(agent.words, at, word, agentWord(AGENT_FREE, 0, incarnation + 1));
  }
}

/** The commit of a repair or a leave: from here on the slot may have a new owner. Then everybody looks again. */
function freeSeat(agent: Agent, index: number, word: number): void {
  const at = agentAt(agent, index) + A_STATE;
  if (!cas(agent.words, at, word, agentWord(AGENT_FREE, 0, incarnationOf(word) + 1))) return;
  add(agent.words, H_REPAIRS, 1);
  ringAll(agent);
}

/** Asks an agent to stop by itself: it sees the word at its next look. */
export function askToQuit(memory: Memory, index: number): void {
  store(memory.words, agentAt(memory, index) + A_QUIT, 1);
}

export function isAskedToQuit(agent: Agent): boolean {
  return load(agent.words, agentAt(agent, agent.index) + A_QUIT) !== 0;
}
