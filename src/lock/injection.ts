/**
 * Contention that is injected where there is none, by the schedule of Linux: the same for the same stamp, often at first,
 * and ever more rarely, so that every caller's way back is walked and none is held up for long.
 *
 * Not here: giving way (reservation/lock-set.ts, user-ticket.ts). A lock that is only tried is never contended.
 * Source: kernel/locking/ww_mutex.h, ww_mutex_deadlock_injection. Our difference: this is chosen when a space is made
 * (`debug: { contend: 'kernel' }`), and when the kernel is built.
 */

const intervalMax = 2 ** 32 - 1;
const firstIntervals = 16;

/** How far a ticket is in its schedule; it keeps it across retries, as it keeps its stamp. */
export interface Injection {
  interval: number;
  countdown: number;
}

/** The schedule of a ticket with this stamp. */
export function injectionOf(stamp: number): Injection {
  return { interval: 1, countdown: stamp % firstIntervals };
}

/** A lock was taken by waiting or at once; with it `holding` are held. Outcomes: whether it is contended nevertheless. */
export function isInjected(injection: Injection, holding: number): boolean {
  // Who holds nothing else has nothing to give back: the first lock of a ticket never fails.
  if (holding <= 1 || injection.countdown-- > 0) return false;
  injection.interval =
    injection.interval > Math.floor(intervalMax / 4) ? intervalMax : Math.floor(injection.interval * 3.5);
  injection.countdown = injection.interval;
  return true;
}
