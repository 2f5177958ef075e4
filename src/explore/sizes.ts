/**
 * Atomic accesses of one word in two sizes. They are not sequentially consistent in JavaScript's memory model, so the
 * claim that exploring interleavings is complete would not hold (facts R8 of the project: never an Int32Array and a
 * BigInt64Array on the same words).
 */
import type { AgentRun, Pending } from './agent-run.ts';
import { IS_THREAD_GONE, NOW } from './operations.ts';
import type { World } from './world.ts';

export class Sizes {
  readonly #world: World;
  readonly #describe: (site: number) => string;
  /** By byte address of a word: who was there first. */
  readonly #first: Map<number, { readonly bytes: number; readonly start: number; readonly site: number }> = new Map();

  constructor(world: World, describe: (site: number) => string) {
    this.#world = world;
    this.#describe = describe;
  }

  operation(agent: AgentRun, { words, index, site }: Pending, code: number): void {
    if (code === NOW || code === IS_THREAD_GONE) return;
    const bytes = words.BYTES_PER_ELEMENT;
    const start = this.#world.addresses.of(words, agent) + index * bytes;
    for (let at = start & ~3; at < start + bytes; at += 4) {
      const first = this.#first.get(at);
      if (first === undefined) this.#first.set(at, { bytes, start, site });
      else if (first.bytes !== bytes && first.start < start + bytes && start < first.start + first.bytes) {
        this.#report(first.bytes, first.site, bytes, site);
        return;
      }
    }
  }

  #report(bytes: number, site: number, otherBytes: number, otherSite: number): void {
    this.#world.fail(
      'race',
      `One word is accessed atomically in two sizes: ${bytes} bytes (${this.#describe(site)}) and ` +
        `${otherBytes} bytes (${this.#describe(otherSite)}); mixed sizes are not sequentially consistent.`,
    );
  }
}
