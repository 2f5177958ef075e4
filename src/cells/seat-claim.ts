/**
 * The claim on a seat: which thread is about to sit down there, while the seat's own words do not say so yet.
 *
 * A thread has no number in the space before it sits, so what it takes on the way is named after its number at the
 * operating system: A_CLAIM, 0 where there is nobody, or where threads have no such number (then only its creator's
 * word proves its stop, see proof.ts).
 *
 * Invariants, as long as threads have numbers:
 * 1. Only who bears the claim of a seat makes it JOINING by nobody, or LIVE: 0 -> thread before, thread -> 0 after its
 *    proof is written. A claim is taken over only from a thread that is gone, and only while nobody sits there: such a
 *    thread changes the state no more, and nobody else does without the claim.
 * 2. So the owner of a seat that is JOINING by nobody, or LIVE without a proof, is the claimant. Who looks reads the
 *    state, the claim, the proof, and then the same state again: in this order the claim cannot be that of a thread that
 *    came after the owner had written its proof.
 * A claim on any other seat says nothing about it: its thread came too late, or has not begun.
 *
 * A number may be used again: then a claim is believed for as long as the thread with the same number runs, which is
 * late and never wrong. Not here: what the states mean (agent.ts).
 */
import { A_CLAIM, A_STATE } from '../base/layout.ts';
import { cas, load, pauseWhile } from './cell.ts';
import type { Memory } from './memory.ts';
import { agentAt } from './memory.ts';
import type { ThreadIdentity } from './proof.ts';
import { anyStart, isThreadGone, PROOF_LINUX_THREAD } from './proof.ts';

/**
 * Claims a seat while its state is still `word`, which says that nobody sits there. Waits for another claimant, who holds
 * it for some steps, or is gone; a second time does nothing.
 * Outcomes: true, also where threads have no numbers; false if the state is another by now.
 */
export function claimSeat(memory: Memory, index: number, word: number, thread: ThreadIdentity): boolean {
  if (thread.proof !== PROOF_LINUX_THREAD) return true;
  const { words } = memory;
  const at = agentAt(memory, index);
  for (let round = 0; !cas(words, at + A_CLAIM, 0, thread.thread); round++) {
    const claimant = load(words, at + A_CLAIM);
    if (claimant === thread.thread) return true;
    if (claimant === 0) continue;
    const isGone = isClaimantGone(claimant);
    // The last look: a claimant that died after this seat had become its own is the only trace of whose it is.
    if (load(words, at + A_STATE) !== word) return false;
    if (!isGone) pauseWhile(words, at + A_CLAIM, claimant, round);
    else if (cas(words, at + A_CLAIM, claimant, thread.thread)) return true;
  }
  return true;
}

/** The seat is this thread's and says so, or it is another's. */
export function dropClaim(memory: Memory, index: number, thread: ThreadIdentity): void {
  if (thread.proof === PROOF_LINUX_THREAD) cas(memory.words, agentAt(memory, index) + A_CLAIM, thread.thread, 0);
}

/** Whether the thread that claims a seat has stopped. */
export function isClaimantGone(claimant: number): boolean {
  return isThreadGone(PROOF_LINUX_THREAD, claimant, anyStart);
}
