/**
 * The state that a scenario's agents share in plain objects: counters, logs and flags of its own checks.
 *
 * What can be reached from the object that `setup` made counts by content, so that two ways to the same counters are one
 * state. A write to anything else (a variable of the file, a private field) counts by its order, which is never wrong and
 * merges less. Nothing is computed before the first such write.
 */
import type { AgentRun } from './agent-run.ts';
import { bitsOf, foldHigh, foldLow } from './fingerprint.ts';

interface Write {
  /** Undefined if it cannot be told. */
  readonly target: object | undefined;
  /** Who wrote where, knowing what. */
  readonly mark: number;
}

export class Ghosts {
  #pending: Write[] = [];
  #content: number = 0;
  #order: number = 0;
  #wereShared: boolean = false;

  reset(): void {
    this.#wereShared = false;
    if (this.#pending.length > 0) this.#pending = [];
    this.#content = 0;
    this.#order = 0;
  }

  wrote(agent: AgentRun, site: number, target: object | undefined): void {
    // Shared memory is state of its own, and its plain accesses are looked at for races.
    if (ArrayBuffer.isView(target) && target.buffer instanceof SharedArrayBuffer) return;
    this.#pending.push({ target, mark: foldLow(agent.low, agent.index * 4099 + site) });
  }

  fingerprint(shared: unknown): number {
    if (this.#pending.length > 0) this.#look(shared);
    return this.#content ^ this.#order;
  }

  /** Whether somebody wrote to an object that others can reach, or may. */
  areShared(shared: unknown): boolean {
    if (this.#wereShared || this.#pending.length === 0) return this.#wereShared;
    const walk = new Walk();
    walk.visit(shared);
    return this.#pending.some(({ target }) => target === undefined || walk.reached.has(target));
  }

  #look(shared: unknown): void {
    const walk = new Walk();
    walk.visit(shared);
    this.#content = walk.hash;
    for (const { target, mark } of this.#pending) {
      const isReached = target !== undefined && walk.reached.has(target);
      if (!isReached) this.#order = foldHigh(this.#order, mark);
      if (isReached || target === undefined) this.#wereShared = true;
    }
    this.#pending = [];
  }
}

/** Folds the contents of plain objects, arrays, maps and sets; memory is accounted for elsewhere. */
class Walk {
  hash: number = 0;
  readonly reached: Map<object, number> = new Map();

  visit(value: unknown): void {
    if (typeof value !== 'object' || value === null) {
      this.#fold(typeof value === 'function' ? 7 : bitsOf(value));
      return;
    }
    const known = this.reached.get(value);
    if (known !== undefined) {
      this.#fold(known);
      return;
    }
    this.reached.set(value, this.reached.size + 1);
    if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer || value instanceof SharedArrayBuffer) return;
    if (value instanceof Map) for (const pair of value) this.#pair(pair[0], pair[1]);
    else if (value instanceof Set) for (const one of value) this.visit(one);
    else for (const key of Object.keys(value)) this.#pair(key, (value as Record<string, unknown>)[key]);
    this.#fold(11);
  }

  #pair(key: unknown, value: unknown): void {
    this.visit(key);
    this.visit(value);
  }

  #fold(bits: number): void {
    this.hash = foldLow(this.hash, bits);
  }
}
