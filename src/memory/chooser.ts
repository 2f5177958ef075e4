/**
 * Which buffers leave a heap, as an agent sees it: its policy (policy/horizon.ts), told what the slots say.
 *
 * State: the eight words of history in each slot (policy/history.ts), written under the buffer's lock by whoever admits a
 * job that uses it, once any heap was under pressure: until then nobody needs them. Everything else is this agent's own, and
 * may be behind: it is compared with the slots whenever something has to leave. So nothing of it needs a repair.
 *
 * It counts in jobs of all agents, in order of submission, as one client's: whose buffers give way first is decided before
 * (victim-order.ts), and where that or priorities matter, it has no opinion.
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
import type { Agent, Chooser } from '../cells/memory.ts';
import { heapAt } from './block-chain.ts';
import { buffersIn } from './buffers-in.ts';
import { FILL_CLEAN, fillOf } from './filling.ts';
import { CLOCK_WORDS, L_STARTED_AT, L_TIME } from './policy/client-clock.ts';
import { HISTORY_WORDS, isUsed, type Moves, noteUse, resetHistory, setMoves, setSize } from './policy/history.ts';
import { Horizon } from './policy/horizon.ts';
import type { ReplacementPolicy } from './policy/policy.ts';
import { unitsOf } from './size-class.ts';

/** What an agent knows of one heap. */
interface Known {
  readonly policy: ReplacementPolicy;
  /** Last use of each buffer that the policy was told of, as its slot said. */
  readonly uses: Map<number, number>;
  readonly held: number[];
}

/** Below so many buffers there is little to choose. */
const leastCount = 4;
/** Everything counts as one client's. */
const everybody = 0;

export function createChooser(): Chooser {
  return new SlotChooser();
}

class SlotChooser implements Chooser {
  readonly #heaps: Map<number, Known> = new Map();
  readonly #words: Int32Array = new Int32Array(HISTORY_WORDS);
  readonly #clock: Int32Array = new Int32Array(CLOCK_WORDS);

  noteUse(agent: Agent, buffer: number, order: number): void {
    if (load(agent.words, H_PRESSURE) === 0) return;
    const words = this.#load(agent, buffer);
    noteUse(words, everybody, order, order);
    const at = bufferAt(agent, buffer) + B_HISTORY;
    for (let word = 0; word < HISTORY_WORDS; word++) store(agent.words, at + word, words[word] ?? 0);
  }

  begin(agent: Agent, heap: number): boolean {
    const known = this.#knownOf(heap);
    const seen = new Set<number>();
    for (const buffer of buffersIn(agent, heap)) {
      if (load(agent.words, bufferAt(agent, buffer) + B_PRIORITY) !== 0) return false;
      seen.add(buffer);
      this.#tell(agent, known, buffer);
    }
    for (const buffer of known.uses.keys()) if (!seen.has(buffer)) forget(known, buffer);
    return seen.size >= leastCount;
  }

  choose(agent: Agent, heap: number, bytes: number): readonly number[] {
    const { policy } = this.#knownOf(heap);
    const at = heapAt(agent, heap);
    const free = load(agent.words, at + P_BUDGET) - load(agent.words, at + P_USED);
    const now = load(agent.words, H_SUBMITTED) >>> 0;
    this.#clock[L_TIME] = now;
    this.#clock[L_STARTED_AT] = now;
    policy.updateClient(everybody, this.#clock);
    const victims: number[] = [];
    policy.choose(Math.max(1, unitsOf(bytes) - Math.max(0, free)), now, victims);
    return victims;
  }

  told(heap: number, buffer: number, hasLeft: boolean): void {
    const known = this.#knownOf(heap);
    if (hasLeft) {
      forget(known, buffer);
      return;
    }
    known.policy.hold(buffer);
    known.held.push(buffer);
  }

  end(heap: number): void {
    const { policy, held } = this.#knownOf(heap);
    for (const buffer of held) policy.release(buffer);
    held.length = 0;
  }

  #tell(agent: Agent, { policy, uses }: Known, buffer: number): void {
    const last = load(agent.words, bufferAt(agent, buffer) + B_LAST_USE);
    if (uses.get(buffer) === last) return;
    uses.set(buffer, last);
    const words = this.#load(agent, buffer);
    if (!isUsed(words)) noteUse(words, everybody, last, last);
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
      known = { policy: new Horizon(), uses: new Map(), held: [] };
      this.#heaps.set(heap, known);
    }
    return known;
  }
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
