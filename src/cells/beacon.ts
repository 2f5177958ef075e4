/**
 * Beacons: a Web Lock per agent, as proof of stop where no thread can be looked at (facts/protocols.md 1.2).
 *
 * An agent takes a lock that nobody else asks for in earnest, and keeps it for life. The browser hands it on when the
 * agent's thread has stopped, and not before: a terminated worker of Chromium runs on for two seconds, and the grant
 * comes after them. So being granted the lock is the proof. Whoever watches asks for it in shared mode: a watcher that
 * happens to be busy when it is granted does not keep the others from hearing.
 *
 * A grant proves nothing about an agent that had not lit its beacon yet: watch only after the agent said that it is lit.
 * Not here: what follows from the proof (declareStopped in agent.ts), and runtimes with a better one (proof.ts).
 */

import { queueTask } from './task.ts';

interface Locks {
  request(name: string, options: { mode: 'exclusive' | 'shared' }, held: () => unknown): Promise<unknown>;
}

/** Whose beacon: names no other agent of any space, in this page or another one of the same origin. */
export interface BeaconOf {
  readonly space: number;
  readonly index: number;
  readonly incarnation: number;
}

/** Lights the calling thread's beacon, for as long as the thread lives. Outcomes: true once it is lit; false: none here. */
export function lightBeacon(of: BeaconOf): Promise<boolean> {
  const locks = webLocks();
  if (locks === undefined) return Promise.resolve(false);
  return new Promise((resolve) => {
    const held = (): Promise<void> => {
      resolve(true);
      return new Promise((putOut) => lit.push(putOut));
    };
    // Refused where the origin has no storage: then there is no proof, and the agent works all the same.
    locks.request(nameOf(of), { mode: 'exclusive' }, held).catch(() => resolve(false));
  });
}

/** Calls `fn` once the agent's thread is proven to have stopped. Context: its beacon was lit. */
export function whenBeaconOut(of: BeaconOf, fn: () => void): void {
  webLocks()
    ?.request(nameOf(of), { mode: 'shared' }, () => queueTask(fn))
    .catch(() => {});
}

/** Never called: kept, so that no engine takes a lock for abandoned whose promise nobody could settle. */
const lit: (() => void)[] = [];

function nameOf({ space, index, incarnation }: BeaconOf): string {
  return `fenceline ${space} ${index} ${incarnation}`;
}

function webLocks(): Locks | undefined {
  const runtime = globalThis as { readonly navigator?: { readonly locks?: Locks } };
  return runtime.navigator?.locks;
}
