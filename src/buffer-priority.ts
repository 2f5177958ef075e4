/** The priority of a buffer, or of a client, as its users see it: any number. */
import { fail } from './base/errors.ts';
import { B_PRIORITY } from './base/layout.ts';
import { priorityOfWord, wordOfPriority } from './base/priority-word.ts';
import { bufferAt } from './buffer/buffer.ts';
import { load, store } from './cells/cell.ts';
import type { Agent, Memory } from './cells/memory.ts';

/** `of`: whose it is. Outcomes: the priority, or EINVAL. */
export function checkPriority(priority: number, of: string = 'the buffer'): number {
  if (typeof priority === 'number' && !Number.isNaN(priority)) return priority;
  return fail('EINVAL', `The priority (${String(priority)}) of ${of} is not a number.`, { argument: 'priority' });
}

export function priorityOf(memory: Memory, buffer: number): number {
  return priorityOfWord(load(memory.words, bufferAt(memory, buffer) + B_PRIORITY));
}

export function setPriority(agent: Agent, buffer: number, priority: number): void {
  store(agent.words, bufferAt(agent, buffer) + B_PRIORITY, wordOfPriority(priority));
}
