/**
 * What the policies have in common: the buffers that live in the heap, each candidate on one shelf at most. Whoever
 * extends it says which shelf (`place`), and in which order the shelves are emptied.
 */
import type { ReplacementPolicy } from './policy.ts';
import { Residents } from './residents.ts';
import { Shelves } from './shelves.ts';

export abstract class OnShelves implements ReplacementPolicy {
  abstract readonly name: ReplacementPolicy['name'];
  protected readonly residents: Residents = new Residents();
  protected readonly shelves: Shelves = new Shelves();

  get count(): number {
    return this.residents.count;
  }

  get size(): number {
    return this.residents.size;
  }

  abstract updateClient(client: number, clock: Int32Array, job?: readonly number[]): void;

  abstract update(buffer: number, history: Int32Array): void;

  abstract choose(needed: number, spaceTime: number, victims: number[], client?: number): boolean;

  remove(buffer: number): void {
    this.residents.remove(buffer);
    this.shelves.take(buffer);
  }

  forget(buffer: number): void {
    this.remove(buffer);
    this.residents.forget(buffer);
  }

  hold(buffer: number): void {
    this.residents.hold(buffer);
    this.shelves.take(buffer);
  }

  release(buffer: number): void {
    this.residents.release(buffer);
    this.place(buffer);
  }

  queue(buffer: number, spaceTime: number): void {
    this.residents.queue(buffer, spaceTime);
    this.place(buffer);
  }

  unqueue(buffer: number): void {
    this.residents.unqueue(buffer);
    this.place(buffer);
  }

  clear(): void {
    this.residents.clear();
    this.shelves.clear();
  }

  /** Puts it where it belongs now, if it is a candidate. */
  protected abstract place(buffer: number): void;
}
