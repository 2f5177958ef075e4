/** What the next step of an agent reads and writes: the ground on which two steps are independent of each other. */
import type { AgentRun } from './agent-run.ts';
import { START_SITE } from './agent-run.ts';
import { mixLow } from './fingerprint.ts';
import { isSame } from './operate.ts';
import {
  CAS,
  COMPARE_EXCHANGE,
  IS_THREAD_GONE,
  LOAD,
  NOTIFY,
  NOW,
  PAUSE_WHILE,
  SLEEP,
  SLEEP_ASYNC,
  WAIT,
  WAIT_ASYNC,
} from './operations.ts';
import type { World } from './world.ts';

export interface Access {
  /**
   * A word (its address), the sleepers on a word, or the queue of an event loop. Two that share a number by accident are
   * taken for dependent, which costs executions and hides none.
   */
  readonly place: number;
  readonly isWrite: boolean;
}

/**
 * The accesses of the pending operation. `isNow`: it is about to be executed, so a compare-exchange is known to write or
 * not; otherwise it may do either, and counts as a write.
 */
export function accessesOf(world: World, agent: AgentRun, isNow: boolean): readonly Access[] {
  const { site, words, index, a } = agent.pending;
  if (site === START_SITE) return [];
  const code = world.codes[site] as number;
  if (code === NOW || code === IS_THREAD_GONE) return [];
  const word = (world.addresses.of(words, agent) + index * words.BYTES_PER_ELEMENT) | 0;
  const sleepers = word ^ 1;
  switch (code) {
    case LOAD:
    case PAUSE_WHILE:
      return [{ place: word, isWrite: false }];
    case CAS:
    case COMPARE_EXCHANGE:
      return [{ place: word, isWrite: !isNow || isSame(words, words[index] as number, a) }];
    case SLEEP:
    case SLEEP_ASYNC:
      return [
        { place: word, isWrite: false },
        { place: sleepers, isWrite: false },
      ];
    // A raw notify may wake only some: then the order of falling asleep matters.
    case WAIT:
    case WAIT_ASYNC:
      return [
        { place: word, isWrite: false },
        { place: sleepers, isWrite: true },
      ];
    case NOTIFY:
      return [{ place: sleepers, isWrite: true }, ...wakes(world, agent)];
    default:
      return [{ place: word, isWrite: true }];
  }
}

export function conflicts(one: readonly Access[], other: readonly Access[]): boolean {
  return one.some((a) => other.some((b) => a.place === b.place && (a.isWrite || b.isWrite)));
}

/** The event loops that a notify puts something into. */
function wakes(world: World, { pending: { words, index } }: AgentRun): readonly Access[] {
  const byte = words.byteOffset + index * words.BYTES_PER_ELEMENT;
  return world.waiters
    .filter(({ wake, buffer, byte: at }) => wake !== undefined && buffer === words.buffer && at === byte)
    .map(({ agent }) => ({ place: mixLow(agent.index, 0x51ed), isWrite: true }));
}
