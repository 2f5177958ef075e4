/** The priority of a buffer, as its users see it: any number. In its slot it is a float32 whose words are in its order. */
import { fail } from './base/errors.ts';
import { B_PRIORITY } from './base/layout.ts';
import { bufferAt } from './buffer/buffer.ts';
import { load, store } from './cells/cell.ts';
import type { Agent, Memory } from './cells/memory.ts';

const float = new Float32Array(1);
const bits = new Int32Array(float.buffer);

/** Outcomes: the priority, or EINVAL. */
export function checkPriority(priority: number): number {
  if (typeof priority === 'number' && !Number.isNaN(priority)) return priority;
  return fail('EINVAL', `The priority (${String(priority)}) of the buffer is not a number.`, { argument: 'priority' });
}

export function priorityOf(memory: Memory, buffer: number): number {
  bits[0] = inOrder(load(memory.words, bufferAt(memory, buffer) + B_PRIORITY));
  return float[0] ?? 0;
}

export function setPriority(agent: Agent, buffer: number, priority: number): void {
  // Adding 0 makes 0 of -0, which is before it.
  float[0] = priority + 0;
  store(agent.words, bufferAt(agent, buffer) + B_PRIORITY, inOrder(bits[0] ?? 0));
}

/** Floats below 0 are in reverse order as integers. Its own inverse. */
function inOrder(word: number): number {
  return word < 0 ? word ^ 0x7fffffff : word;
}
