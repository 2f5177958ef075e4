/**
 * Fingerprints of states, and the table of those already explored.
 *
 * A fingerprint is two 32-bit lanes. Memory is the exclusive-or of a mix of every word that changed, so that a store
 * updates it in constant time and a state reached on two ways has one fingerprint; an agent's history is folded in order.
 * Two different states with one fingerprint would hide executions: with 10 million states the odds are about 1 : 400,000.
 */

export function mixLow(at: number, value: number): number {
  let h = Math.imul(at ^ 0x2c1b3c6d, 0x85ebca6b) ^ Math.imul(value ^ 0x297a2d39, 0xc2b2ae35);
  h = Math.imul(h ^ (h >>> 15), 0x27d4eb2f);
  return h ^ (h >>> 13);
}

export function mixHigh(at: number, value: number): number {
  let h = Math.imul(at ^ 0x5bd1e995, 0xcc9e2d51) ^ Math.imul(value ^ 0x1b873593, 0x9e3779b1);
  h = Math.imul(h ^ (h >>> 16), 0x7feb352d);
  return h ^ (h >>> 14);
}

/** Adds one value to the end of a sequence. */
export function foldLow(hash: number, value: number): number {
  const h = Math.imul(hash ^ value, 0x9e3779b1);
  return ((h ^ (h >>> 15)) + 0x165667b1) | 0;
}

export function foldHigh(hash: number, value: number): number {
  const h = Math.imul(hash ^ (value + 0x3c6ef372), 0x85ebca77);
  return ((h ^ (h >>> 13)) + 0x27d4eb2d) | 0;
}

/** A value that an operation gave, as 32 bits to fold. */
export function bitsOf(value: unknown): number {
  if (typeof value === 'number')
    return Number.isInteger(value) ? (value ^ (value / 2 ** 32)) | 0 : bitsOfText(`${value}`);
  if (value === true) return 1;
  if (value === undefined || value === false || value === null) return 0;
  if (typeof value === 'bigint') return Number(BigInt.asIntN(32, value ^ (value >> 32n)));
  return bitsOfText(typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));
}

function bitsOfText(text: string): number {
  let hash = 0;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash;
}

const isNoState =
  'Two executions that met in one state were about to do different things there. ' +
  'Look for values that forgetSince should name, and for objects outside the scenario that agents share.';

/** States seen, each with the most preemptions that were still allowed when it was explored. Open addressing. */
export class StateTable {
  /** Low lane, high lane, allowance + 1 (0: empty), what else must be the same. */
  #slots: Int32Array = new Int32Array(4 << 12);
  #mask: number = (1 << 12) - 1;
  #count: number = 0;

  get size(): number {
    return this.#count;
  }

  /**
   * True if this state was explored with at least this allowance before; otherwise notes it.
   * @param also Must be the same whenever the state is: otherwise an error is thrown.
   */
  seen(low: number, high: number, allowance: number, also: number): boolean {
    const slots = this.#slots;
    for (let at = low & this.#mask; ; at = (at + 1) & this.#mask) {
      const base = at * 4;
      const noted = slots[base + 2] as number;
      if (noted === 0) {
        slots[base] = low;
        slots[base + 1] = high;
        slots[base + 2] = allowance + 1;
        slots[base + 3] = also;
        if (++this.#count * 2 > this.#mask) this.#grow();
        return false;
      }
      if (slots[base] !== low || slots[base + 1] !== high) continue;
      if (slots[base + 3] !== also) throw new Error(isNoState);
      if (noted > allowance) return true;
      slots[base + 2] = allowance + 1;
      return false;
    }
  }

  #grow(): void {
    const old = this.#slots;
    this.#mask = this.#mask * 2 + 1;
    this.#slots = new Int32Array((this.#mask + 1) * 4);
    this.#count = 0;
    for (let base = 0; base < old.length; base += 4) {
      const noted = old[base + 2] as number;
      if (noted !== 0) this.seen(old[base] as number, old[base + 1] as number, noted - 1, old[base + 3] as number);
    }
  }
}
