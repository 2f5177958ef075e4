/**
 * A list of callbacks that come and go all the time: linked, so that taking one off leaves nothing behind. A Set would
 * leave its outgrown tables, and these keep what was in them alive until the next full collection.
 */

export interface Callback {
  readonly fn: () => void;
  previous: Callback | undefined;
  next: Callback | undefined;
}

export class Callbacks {
  #first: Callback | undefined;

  add(fn: () => void): Callback {
    const callback: Callback = { fn, previous: undefined, next: this.#first };
    if (this.#first !== undefined) this.#first.previous = callback;
    this.#first = callback;
    return callback;
  }

  /** Context: it is in the list. A second time does nothing. */
  delete(callback: Callback): void {
    if (callback.previous !== undefined) callback.previous.next = callback.next;
    else if (this.#first === callback) this.#first = callback.next;
    if (callback.next !== undefined) callback.next.previous = callback.previous;
    callback.previous = undefined;
    callback.next = undefined;
  }

  /** Those in the list now, whatever they do to it. */
  runAll(): void {
    const all: Callback[] = [];
    for (let callback = this.#first; callback !== undefined; callback = callback.next) all.push(callback);
    for (const { fn } of all.reverse()) fn();
  }
}
