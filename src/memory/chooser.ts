/**
 * Which buffers leave a heap, as an agent sees it: its policy (policy/horizon.ts), told what the slots say.
 *
 * State: the eight words of history in each slot (policy/history.ts), written under the buffer's lock by whoever admits a
 * job that uses it, once any heap was under pressure: until then nobody needs them. Everything else is this agent's own, and
 * may be behind: it is compared with the slots whenever something has to leave. So nothing of it needs a repair.
 *
 * A job's context is its client: histories are of the client whose job used the buffer last, on that client's clock
 * (client-time.ts). Of jobs it is told what is known (told-jobs.ts): those that wait are exact knowledge, those that started
 * are what programs repeat.
 *
 * In a heap of many buffers not every eviction looks at all of them: what is proposed is compared with its slot, so nothing
 * goes that was used meanwhile; what came since the last look stays a little longer than it might.
 *
 * Whose buffers give way first is decided elsewhere (victim-order.ts): among those of one client, `rank` is the order. Where
 * priorities matter it has no opinion.
 *
 * Not here: locks, and moving (evict.ts).
 */
import {
  B_FRESH,
  B_HISTORY,
  B_LAST_USE,
  B_PRIORITY,
  H_PRESSURE,
  H_SUBMITTED,
  P_BUDGET,
  P_USED,
} from '../base/layout.ts';
import { bufferAt, bufferSizeBytes } from '../buffer/buffer.ts';
import { load, store } from '../cells/cell.ts';
import type { Agent, Chooser, Memory } from '../cells/memory.ts';
import { heapAt } from './block-chain.ts';
import { buffersIn } from './buffers-in.ts';
import { clientNumber, noteStart, timeOf } from './client-time.ts';
import { FILL_CLEAN, fillOf } from './filling.ts';
import { HISTORY_WORDS, isUsed, type Moves, noteUse, resetHistory, setMoves, setSize } from './policy/history.ts';
import { Horizon } from './policy/horizon.ts';
import type { ReplacementPolicy } from './policy/policy.ts';
import { residenceOf } from './residence.ts';
import { unitsOf } from './size-class.ts';
import { type JobLook, ToldJobs } from './told-jobs.ts';

/** What an agent knows of one heap. */
interface Known {
  readonly policy: ReplacementPolicy;
  /** Last use of each buffer that the policy was told of, as its slot said. */
  readonly uses: Map<number, number>;
  readonly jobs: ToldJobs;
  readonly held: number[];
  /** How often somebody wanted room since all slots were looked at. */
  asked: number;
}

/** So many buffers are looked at all the time; of more, one look at all serves for a share of as many evictions. */
const fewCount = 64;
const lookShare = 1 / 32;

/** How often a proposal is made again because some of it was used meanwhile. */
const staleMax = 8;

/** Below so many buffers there is little to choose. */
const leastCount = 4;

/** `look`: what jobs that are not over use. */
export function createChooser(look: JobLook): Chooser {
  return new SlotChooser(look);
}

class SlotChooser implements Chooser {
  readonly #heaps: Map<number, Known> = new Map();
  readonly #words: Int32Array = new Int32Array(HISTORY_WORDS);
  readonly #look: JobLook;

  constructor(look: JobLook) {
    this.#look = look;
  }

  noteStart(agent: Agent, client: number, order: number): void {
    if (load(agent.words, H_PRESSURE) !== 0) noteStart(agent, clientNumber(agent, client), order);
  }

  noteUse(agent: Agent, buffer: number, client: number, order: number): void {
    if (load(agent.words, H_PRESSURE) === 0) return;
    const words = this.#load(agent, buffer);
    const number = clientNumber(agent, client);
    noteUse(words, number, timeOf(agent, number), order);
    const at = bufferAt(agent, buffer) + B_HISTORY;
    for (let word = 0; word < HISTORY_WORDS; word++) store(agent.words, at + word, words[word] ?? 0);
  }

  begin(agent: Agent, heap: number): boolean {
    const known = this.#knownOf(heap);
    const { size } = known.uses;
    const isDue = size <= fewCount || ++known.asked > size * lookShare;
    return (!isDue || this.#lookAtAll(agent, known, heap)) && this.#hasChoice(agent, known);
  }

  choose(agent: Agent, heap: number, bytes: number): readonly number[] {
    const { policy } = this.#knownOf(heap);
    const at = heapAt(agent, heap);
    const free = load(agent.words, at + P_BUDGET) - load(agent.words, at + P_USED);
    const needed = Math.max(1, unitsOf(bytes) - Math.max(0, free));
    for (let tries = 0; ; tries++) {
      const victims: number[] = [];
      policy.choose(needed, this.#now(agent, heap), victims);
      if (tries === staleMax || !this.#retellStale(agent, heap, victims)) return victims;
    }
  }

  rank(agent: Agent, heap: number): readonly number[] | undefined {
    const known = this.#knownOf(heap);
    const hasOpinion = this.#lookAtAll(agent, known, heap) && this.#hasChoice(agent, known);
    const victims: number[] = [];
    if (hasOpinion) known.policy.choose(Number.POSITIVE_INFINITY, this.#now(agent, heap), victims);
    this.end(heap);
    return hasOpinion ? victims : undefined;
  }

  told(heap: number, buffer: number, hasLeft: boolean): void {
    const known = this.#knownOf(heap);
    if (hasLeft) {
      forget(known, buffer);
      return;
    }
    this.#hold(known, buffer);
  }

  end(heap: number): void {
    const { policy, held } = this.#knownOf(heap);
    for (const buffer of held) policy.release(buffer);
    held.length = 0;
  }

  /** Compares what it was told with the slots. Outcomes: false if priorities decide. */
  #lookAtAll(agent: Agent, known: Known, heap: number): boolean {
    const seen = new Set<number>();
    for (const buffer of buffersIn(agent, heap)) {
      if (hasPriority(agent, buffer)) {
        // Looked at again the next time.
        known.asked = Number.POSITIVE_INFINITY;
        return false;
      }
      seen.add(buffer);
      this.#tell(agent, known, buffer);
    }
    for (const buffer of known.uses.keys()) if (!seen.has(buffer)) forget(known, buffer);
    known.asked = 0;
    return true;
  }

  #hasChoice(agent: Agent, known: Known): boolean {
    if (known.uses.size < leastCount) return false;
    for (const buffer of known.jobs.tell(agent, known.policy, this.#look(agent))) this.#hold(known, buffer);
    return true;
  }

  /** What was proposed for what is true no more, is told anew. Outcomes: whether there was any. */
  #retellStale(agent: Agent, heap: number, victims: readonly number[]): boolean {
    const known = this.#knownOf(heap);
    let isStale = false;
    for (const buffer of victims) {
      const lastUse = load(agent.words, bufferAt(agent, buffer) + B_LAST_USE);
      const isHere = residenceOf(agent, buffer) === heap && !hasPriority(agent, buffer);
      if (isHere && known.uses.get(buffer) === lastUse) continue;
      isStale = true;
      if (isHere) this.#tell(agent, known, buffer);
      else forget(known, buffer);
    }
    return isStale;
  }

  #hold({ policy, held }: Known, buffer: number): void {
    policy.hold(buffer);
    held.push(buffer);
  }

  /** Jobs that have started: whoever needs room is the next one, so that it is before all that wait. */
  #now(agent: Agent, heap: number): number {
    const first = this.#knownOf(heap).jobs.firstWaiting;
    return first >= 0 ? first : load(agent.words, H_SUBMITTED) >>> 0;
  }

  #tell(agent: Agent, { policy, uses }: Known, buffer: number): void {
    const last = load(agent.words, bufferAt(agent, buffer) + B_LAST_USE);
    if (uses.get(buffer) === last) return;
    uses.set(buffer, last);
    const words = this.#load(agent, buffer);
    if (!isUsed(words)) noteUse(words, 0, timeOf(agent, 0), last);
    setSize(words, unitsOf(bufferSizeBytes(agent, buffer)));
    setMoves(words, movesOf(agent, buffer));
    policy.update(buffer, words);
  }

  #load(agent: Agent, buffer: number): Int32Array {
    const at = bufferAt(agent, buffer) + B_HISTORY;
    for (let word = 0; word < HISTORY_WORDS; word++) this.#words[word] = load(agent.words, at + word);
    // A slot that has a new buffer since.
    if (!isUsed(this.#words)) resetHistory(this.#words);
    return this.#words;
  }

  #knownOf(heap: number): Known {
    let known = this.#heaps.get(heap);
    if (known === undefined) {
      known = { policy: new Horizon(), uses: new Map(), jobs: new ToldJobs(), held: [], asked: 0 };
      this.#heaps.set(heap, known);
    }
    return known;
  }
}

function hasPriority(memory: Memory, buffer: number): boolean {
  return load(memory.words, bufferAt(memory, buffer) + B_PRIORITY) !== 0;
}

function forget({ policy, uses }: Known, buffer: number): void {
  policy.remove(buffer);
  uses.delete(buffer);
}

/** How often its bytes are copied because it leaves: not at all, in again, or out and in. */
function movesOf(agent: Agent, buffer: number): Moves {
  if (load(agent.words, bufferAt(agent, buffer) + B_FRESH) !== 0) return 0;
  return fillOf(agent, buffer) === FILL_CLEAN ? 1 : 2;
}
