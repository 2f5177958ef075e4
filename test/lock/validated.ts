/** A space with the lock validator, and what it reports. */
import type { Finding, Space } from 'fenceline';
import { type Ticket, type TicketOptions, ticket, type WwLock, type WwLockOptions, wwLock } from 'fenceline/sync';
import { smallLimits, withSpace } from '../space/with-space.ts';

export interface Validated {
  readonly space: Space;
  readonly findings: Finding[];
  lock(label: string, options?: WwLockOptions): WwLock;
  /** Given back and disposed of at the end. */
  ticket(options?: TicketOptions): Ticket;
  /** Under a ticket without an age: takes the locks in this order, one after the other, and gives all back. */
  takePlain(...locks: readonly WwLock[]): void;
  /** The same under one with an age. */
  takeAged(...locks: readonly WwLock[]): void;
}

export function validated(body: (world: Validated) => Promise<void> | void, lockClasses: number = 32): Promise<void> {
  return withSpace({ limits: { ...smallLimits, lockClasses } }, async (space) => {
    const findings: Finding[] = [];
    using _ = space.on('validator', (finding) => findings.push(finding));
    const locks: WwLock[] = [];
    const tickets: Ticket[] = [];
    const take = (rule: 'plain' | 'wait-die', order: readonly WwLock[]): void => {
      using taker = ticket(space, { rule });
      try {
        for (const lock of order) taker.lockSync(lock);
      } finally {
        taker.unlockAll();
      }
    };
    await body({
      space,
      findings,
      lock: (label, options) => {
        const made = wwLock(space, label, options);
        locks.push(made);
        return made;
      },
      ticket: (options) => {
        const opened = ticket(space, options);
        tickets.push(opened);
        return opened;
      },
      takePlain: (...order) => take('plain', order),
      takeAged: (...order) => take('wait-die', order),
    });
    for (const opened of tickets) {
      opened.unlockAll();
      opened.dispose();
    }
    for (const lock of locks) lock.dispose();
  });
}

export function kindsOf(findings: readonly Finding[]): string[] {
  return findings.map(({ kind }) => kind);
}
