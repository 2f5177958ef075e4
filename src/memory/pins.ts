/**
 * Pins: who forbids that a buffer is moved or evicted (Linux: dma_buf_pin).
 *
 * One bit per agent, as of holds (buffer/buffer.ts), so that a dead agent's pin is dropped exactly; how often an agent pins
 * is its own count. A pin is set under the buffer's lock and read under it by whoever moves, so a move is over before the
 * pin is there, or sees it. It is taken back without the lock: a mover that still saw it leaves one victim more alone.
 *
 * Not here: counting, and who is told that memory can be had again (pinned.ts).
 */
import { B_PINS, B_PINS_OVERFLOW } from '../base/layout.ts';
import { bufferAt } from '../buffer/buffer.ts';
import { load } from '../cells/cell.ts';
import { addAgent, isAgentIn, popAgent, readAgents, removeAgent } from '../cells/interest.ts';
import type { Agent, Memory } from '../cells/memory.ts';

/** Context: the buffer's lock is held, and it is where it is to stay. */
export function pinLocked(agent: Agent, buffer: number): void {
  const at = bufferAt(agent, buffer);
  addAgent(agent.words, at + B_PINS, at + B_PINS_OVERFLOW, agent.index);
}

/** Takes the pin of an agent back. Context: any. Outcomes: whether there was one. */
export function unpin(agent: Agent, buffer: number, pinnerIndex: number): boolean {
  const at = bufferAt(agent, buffer);
  // Looks before it writes: a repair comes by at every slot.
  if (!isAgentIn(readAgents(agent.words, at + B_PINS, at + B_PINS_OVERFLOW), pinnerIndex)) return false;
  return removeAgent(agent.words, at + B_PINS, at + B_PINS_OVERFLOW, pinnerIndex);
}

export function isPinned(memory: Memory, buffer: number): boolean {
  const at = bufferAt(memory, buffer) + B_PINS;
  if (load(memory.words, at) === 0) return false;
  const { first, rest } = readAgents(memory.words, at, at + B_PINS_OVERFLOW - B_PINS);
  return first !== 0 || rest !== 0;
}

/** The agents that pin the buffer, in order. */
export function pinnersOf(memory: Memory, buffer: number): number[] {
  const at = bufferAt(memory, buffer);
  const set = readAgents(memory.words, at + B_PINS, at + B_PINS_OVERFLOW);
  const pinners: number[] = [];
  for (let index = popAgent(set); index >= 0; index = popAgent(set)) pinners.push(index);
  return pinners;
}
