/**
 * Saying that a heap is full, to whoever can let go of something (Linux: shrinkers).
 *
 * State: H_PRESSURE counts how often room had to be made, H_PRESSURE_HEAP says in which heap the last time; the set of
 * agents that want to hear of it. Order, by whoever makes room: heap; count + 1; take the set; ring whom it held. Order, by
 * a listener: enter the set; read the count. So either the listener sees the new count, or its entry is found: no signal is
 * lost; several may be heard as one. Nobody is called here: listeners run from their own event loops, outside of locks.
 *
 * Not here: who listens (space.ts).
 */
import { H_PRESSURE, H_PRESSURE_HEAP, H_PRESSURE_INTEREST, H_PRESSURE_OVERFLOW } from '../base/layout.ts';
import { add, load, store } from '../cells/cell.ts';
import { ringAgents } from '../cells/doorbell.ts';
import { addAgent, takeAgents } from '../cells/interest.ts';
import type { Agent, Memory } from '../cells/memory.ts';

/** Room has to be made in a heap. Context: any; nobody is called. */
export function notePressure(agent: Agent, heap: number): void {
  store(agent.words, H_PRESSURE_HEAP, heap);
  add(agent.words, H_PRESSURE, 1);
  if (load(agent.words, H_PRESSURE_INTEREST) === 0) return;
  ringAgents(agent, takeAgents(agent.words, H_PRESSURE_INTEREST, H_PRESSURE_OVERFLOW), -1);
}

/** Asks to be rung at the next pressure: before the count is read. */
export function listenForPressure(agent: Agent): void {
  addAgent(agent.words, H_PRESSURE_INTEREST, H_PRESSURE_OVERFLOW, agent.index);
}

/** How often room had to be made so far: a number that wraps. */
export function pressureCount(memory: Memory): number {
  return load(memory.words, H_PRESSURE);
}

/** Where room had to be made last. */
export function pressedHeap(memory: Memory): number {
  return load(memory.words, H_PRESSURE_HEAP);
}
