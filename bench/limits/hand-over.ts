/** The least that handing shared memory over and back can cost: a flag each way, by hand. Who dies in between hangs the other. */

const TURN = 0;

/** Gives the turn to the other thread and blocks until it comes back. */
export function giveTurn(flag: Int32Array): void {
  Atomics.store(flag, TURN, 1);
  Atomics.notify(flag, TURN);
  while (Atomics.load(flag, TURN) === 1) Atomics.wait(flag, TURN, 1);
}

/** Blocks until the turn is ours. */
export function awaitTurn(flag: Int32Array): void {
  while (Atomics.load(flag, TURN) !== 1) Atomics.wait(flag, TURN, 0);
}

export function returnTurn(flag: Int32Array): void {
  Atomics.store(flag, TURN, 0);
  Atomics.notify(flag, TURN);
}
