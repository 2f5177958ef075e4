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

/** Whether beacons are what proves a stop here. Node has locks too, and never hands on those of an ended thread. */
export function needsBeacons(): boolean {
  const runtime = globalThis as { readonly process?: { readonly getBuiltinModule?: unknown } };
  return webLocks() !== undefined && runtime.process?.getBuiltinModule === undefined;
}

/**
 * Lights the calling thread's beacon, until it is put out or the thread stops; a second time does nothing.
 * Outcomes: true once it is lit; false: there are none here, or it was put out meanwhile.
 */
export function lightBeacon(of: BeaconOf): Promise<boolean> {
  const name = nameOf(of);
  const locks = webLocks();
  if (locks === undefined) return Promise.resolve(false);
  const known = beacons.get(name);
  if (known !== undefined) return known.isLit;
  const beacon: Beacon = { isLit: Promise.resolve(false), putOut: () => {} };
  const over = new Promise<void>((putOut) => {
    beacon.putOut = putOut;
  });
  beacon.isLit = new Promise((resolve) => {
    const held = (): Promise<void> => {
      resolve(beacons.get(name) === beacon);
      return over;
    };
    // Refused where the origin has no storage: then there is no proof, and the agent works all the same.
    locks.request(name, { mode: 'exclusive' }, held).catch(() => resolve(false));
  });
  beacons.set(name, beacon);
  return beacon.isLit;
}

/** The agent left in good order. Context: its seat is free: who is granted the lock takes that for a proof. */
export function putOutBeacon(of: BeaconOf): void {
  const beacon = beacons.get(nameOf(of));
  beacons.delete(nameOf(of));
  beacon?.putOut();
}

/** Calls `fn` once the agent's thread is proven to have stopped. Context: its beacon was lit. */
export function whenBeaconOut(of: BeaconOf, fn: () => void): void {
  webLocks()
    ?.request(nameOf(of), { mode: 'shared' }, () => queueTask(fn))
    .catch(() => {});
}

interface Beacon {
  isLit: Promise<boolean>;
  /** Kept, so that no engine takes the lock for abandoned, whose end nobody could tell. */
  putOut: () => void;
}

/** This thread's beacons, by name. */
const beacons: Map<string, Beacon> = new Map();

function nameOf({ space, index, incarnation }: BeaconOf): string {
  return `fenceline ${space} ${index} ${incarnation}`;
}

function webLocks(): Locks | undefined {
  const runtime = globalThis as { readonly navigator?: { readonly locks?: Locks } };
  return runtime.navigator?.locks;
}
