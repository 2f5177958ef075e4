// The memory of a run at its fullest, for `--memory`. Nothing tells when a heap is full, so it looks often; what it looks at is
// a word for each heap, and only a new peak is worth a dump.
import { now, startTicker, type Ticker } from '../cells/clock.ts';
import type { MemoryDump } from '../dump/format.ts';
import { historyOf } from '../dump/history.ts';
import { takeDump } from '../dump/take.ts';
import { heapsThere } from '../heaps.ts';
import type { Space } from '../index.ts';
import { usedBytes } from '../memory/heap-stats.ts';
import { coreOf } from '../space.ts';

const everyMs = 10;
/** After a dump it rests this many times as long as that took: while a heap fills, each look finds a new peak. */
const restTimes = 10;

export class PeakWatch {
  readonly #space: Space;
  readonly #ticker: Ticker;
  #highestBytes = -1;
  #restUntil = 0;
  #dump: MemoryDump | undefined;

  constructor(space: Space) {
    this.#space = space;
    this.#ticker = startTicker(everyMs, () => {
      if (now() >= this.#restUntil) this.#look();
    });
  }

  /** Takes a dump if there was never as much memory in use. */
  #look(): void {
    const core = coreOf(this.#space);
    const bytes = heapsThere(core).reduce((sum, { heap }) => sum + usedBytes(core.agent, heap), 0);
    if (bytes <= this.#highestBytes) return;
    this.#highestBytes = bytes;
    const startedAt = now();
    this.#dump = takeDump(core, null);
    this.#restUntil = now() + restTimes * (now() - startedAt);
  }

  stop(): void {
    this.#ticker.stop();
  }

  /** The dump of the peak, as it is written. Context: before the space is closed. */
  text(): readonly string[] {
    return [JSON.stringify(this.#peak()), '\n'];
  }

  /** With what happened until then. */
  #peak(): MemoryDump {
    this.#look();
    const core = coreOf(this.#space);
    // Looked at just now, if never before.
    const dump = this.#dump as MemoryDump;
    const history = historyOf(core);
    if (history === null) return dump;
    return { ...dump, history: { ...history, events: history.events.filter(({ atMs }) => atMs <= dump.ageMs) } };
  }
}
