/** The least that waking another thread can cost: one word each way, stored and notified. */

const PING = 0;
const PONG = 1;

/** Sends `count` pings and waits for each pong, blocking. Outcomes: the last pong. */
export function pingRaw(words: Int32Array, count: number): number {
  const from = Atomics.load(words, PING);
  for (let turn = from + 1; turn <= from + count; turn++) {
    send(words, PING, turn);
    blockFor(words, PONG, turn);
  }
  return Atomics.load(words, PONG) - from;
}

/** The same from an event loop. */
export async function pingRawAsync(words: Int32Array, count: number): Promise<number> {
  const from = Atomics.load(words, PING);
  for (let turn = from + 1; turn <= from + count; turn++) {
    send(words, PING, turn);
    const waiting = Atomics.waitAsync(words, PONG, turn - 1);
    if (waiting.async) await waiting.value;
  }
  return Atomics.load(words, PONG) - from;
}

/** The other side: answers `count` pings. */
export function pongRaw(words: Int32Array, count: number): void {
  const from = Atomics.load(words, PONG);
  for (let turn = from + 1; turn <= from + count; turn++) {
    blockFor(words, PING, turn);
    send(words, PONG, turn);
  }
}

function send(words: Int32Array, index: number, turn: number): void {
  Atomics.store(words, index, turn);
  Atomics.notify(words, index);
}

function blockFor(words: Int32Array, index: number, turn: number): void {
  for (let seen = Atomics.load(words, index); seen < turn; seen = Atomics.load(words, index)) {
    Atomics.wait(words, index, seen);
  }
}
