/** What the preconditions of exceptions look at: lists and events of records, and what happened before in their sequence. */
import { isSame } from './compare.ts';
import type { Forgotten } from './forgotten.ts';
import type { KernelSession } from './kernel-session.ts';
import type { Session } from './session.ts';
import type { Fields, Json, Operation } from './trace.ts';
import type { WwSession } from './ww-session.ts';

/** Who ran the operation, in which sequence. */
export interface Scene {
  readonly session: Session | undefined;
  readonly kernel: KernelSession | undefined;
  readonly ww?: WwSession;
  readonly operations: readonly Operation[];
  /** Where Linux has dropped what is pending. */
  readonly forgotten: Forgotten | undefined;
}

/** A fence as FILE_INFO lists it. */
export interface Listed {
  readonly [key: string]: Json;
  readonly d: string;
  readonly o: string;
  readonly s: number;
  readonly ts: number | null;
}

export function fencesOf(fields: Fields): readonly Listed[] {
  return Array.isArray(fields.f) ? (fields.f as unknown as readonly Listed[]) : [];
}

export function isStub({ d }: Listed): boolean {
  return d === 'stub';
}

/** Neither a failure nor a stub. */
export function counts({ d, s }: Listed): boolean {
  return s >= 0 && d !== 'stub';
}

/** Whether this failed because a timeline was closed. */
export function isOfClosed({ s, ts }: Listed, { operations }: Scene): boolean {
  return s < 0 && ts !== null && operations[ts]?.name === 'close';
}

/** How often a timeline of sw_sync was signalled. */
export function signalsOf(timeline: string, operations: readonly Operation[]): number {
  return operations.filter(({ name, args }) => name === 'tl_inc' && `${args[0]}:` === timeline).length;
}

interface Event {
  readonly [key: string]: Json;
  readonly w: string;
}

/** Waits that ended; at the end of a sequence those that are asleep. */
function eventsOf({ ev, pending }: Fields): readonly Event[] {
  if (Array.isArray(pending)) return pending.map((w) => ({ w: String(w) }));
  return Array.isArray(ev) ? (ev as unknown as readonly Event[]) : [];
}

function withoutEvents(fields: Fields): Fields {
  const { ev: _ev, pending: _pending, ...rest } = fields;
  return rest;
}

/** Events without what the waits found, which depends on when they looked. */
export function withoutStates(fields: Fields): Fields {
  const events = eventsOf(fields).map(({ rev: _rev, first: _first, ...rest }) => rest);
  return { ...withoutEvents(fields), ev: events };
}

/** The waits by which two answers differ, if they differ by nothing else. */
export function differingWaits(expected: Fields, actual: Fields): readonly string[] {
  if (!isSame(withoutEvents(expected), withoutEvents(actual))) return [];
  const [theirs, ours] = [eventsOf(expected), eventsOf(actual)];
  return [...without(theirs, ours), ...without(ours, theirs)].map(({ w }) => w);
}

/** Whether this wait is one for an access, begun before a fence was added to a buffer. */
export function isAccess(wait: string, index: number, operations: readonly Operation[]): boolean {
  const begun = operations.findLast(({ name, args }) => name === 'db_async' && args[0] === wait);
  if (begun === undefined) return false;
  return operations.slice(begun.index, index + 1).some(({ name }) => name === 'db_import' || name === 'vg_attach');
}

export function entriesOf(fields: Fields): readonly (readonly Json[])[] {
  return Array.isArray(fields.resv) ? (fields.resv as readonly (readonly Json[])[]) : [];
}

export function isPending(entry: readonly Json[]): boolean {
  return entry[4] === 0;
}

/** What of a list is left when each of the others was taken out once. */
export function without<T extends Json>(list: readonly T[], others: readonly Json[]): T[] {
  const rest = [...others];
  return list.filter((one) => {
    const at = rest.findIndex((other) => isSame(one, other));
    if (at >= 0) rest.splice(at, 1);
    return at < 0;
  });
}
