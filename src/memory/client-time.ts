/**
 * The time that intervals between uses are counted in: how many jobs of a client have started (policy/client-clock.ts). Jobs
 * of no client share one clock.
 *
 * State: a clock in each account, and one in the header, written by whoever admits a job, without any lock. They are hints, as
 * histories are: of two who note a job at once one may be lost, and whatever stands in the words is some time. The clock of
 * an account goes on for the next client of its slot, so that no history there is ever of a time to come.
 */
import { AC_CLOCK, H_CLOCK } from '../base/layout.ts';
import { load, store } from '../cells/cell.ts';
import type { Memory } from '../cells/memory.ts';
import { accountAt, currentAccount } from './account.ts';
import { CLOCK_WORDS, L_TIME, noteJob } from './policy/client-clock.ts';

/** How policies name the client that a token means; 0: none, or one that is over. */
export function clientNumber(memory: Memory, token: number): number {
  return currentAccount(memory, token) + 1;
}

/** A job of this client starts. `order`: its number among all jobs. */
export function noteStart(memory: Memory, client: number, order: number): void {
  const words = new Int32Array(CLOCK_WORDS);
  loadClock(memory, client, words);
  noteJob(words, order);
  const at = clockAt(memory, client);
  for (let word = 0; word < CLOCK_WORDS; word++) store(memory.words, at + word, words[word] ?? 0);
}

export function loadClock(memory: Memory, client: number, into: Int32Array): void {
  const at = clockAt(memory, client);
  for (let word = 0; word < CLOCK_WORDS; word++) into[word] = load(memory.words, at + word);
}

/** How many jobs of this client have started. */
export function timeOf(memory: Memory, client: number): number {
  return load(memory.words, clockAt(memory, client) + L_TIME);
}

function clockAt(memory: Memory, client: number): number {
  return client === 0 ? H_CLOCK : accountAt(memory, client - 1) + AC_CLOCK;
}
