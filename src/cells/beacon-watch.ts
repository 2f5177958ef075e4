/**
 * Watching beacons: in browsers, how agents hear of the end of others that are not workers of their own pools, such as
 * threads that joined by a handle, and the workers of a thread that was ended itself.
 *
 * An agent shows that its beacon is lit in its line of the control block; whoever waits for anything then asks for the
 * lock, once, and is granted it when the agent's thread has stopped.
 * Not here: the lock (beacon.ts). A pool's worker lights its beacon before it takes its seat, and says so by message.
 */
import { A_PROOF, A_STATE } from '../base/layout.ts';
import { declareStopped } from './agent.ts';
import { lightBeacon, needsBeacons, whenBeaconOut } from './beacon.ts';
import { load, store } from './cell.ts';
import type { Agent } from './memory.ts';
import { AGENT_LEAVING, AGENT_LIVE, agentAt, agentStateOf, incarnationOf } from './memory.ts';
import { PROOF_BEACON } from './proof.ts';

/** Lights this agent's beacon, and shows it once it is lit. Until then only its creator may know that it stopped. */
export function showBeacon(agent: Agent, space: number): void {
  if (!agent.isShared || !needsBeacons()) return;
  const { index, incarnation } = agent;
  void lightBeacon({ space, index, incarnation }).then((isLit) => {
    // After it left, the line may be another agent's.
    if (isLit && !agent.pump.isClosed) store(agent.words, agentAt(agent, index) + A_PROOF, PROOF_BEACON);
  });
}

/** Asks for the beacons that are shown and not asked for yet. `watched` remembers which were. */
export function watchBeacons(agent: Agent, space: number, watched: Set<string>): void {
  if (!agent.isShared || !needsBeacons()) return;
  for (let index = 0; index < agent.layout.limits.agents; index++) {
    const at = agentAt(agent, index);
    const word = load(agent.words, at + A_STATE);
    const state = agentStateOf(word);
    if (index === agent.index || (state !== AGENT_LIVE && state !== AGENT_LEAVING)) continue;
    // What is shown belongs to the agent of the state word only if that word still stands.
    if (load(agent.words, at + A_PROOF) !== PROOF_BEACON || load(agent.words, at + A_STATE) !== word) continue;
    const incarnation = incarnationOf(word);
    const key = `${index} ${incarnation}`;
    if (watched.has(key)) continue;
    watched.add(key);
    whenBeaconOut({ space, index, incarnation }, () => {
      watched.delete(key);
      if (!agent.pump.isClosed) declareStopped(agent, index, incarnation);
    });
  }
}
