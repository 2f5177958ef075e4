/**
 * The operations of a trace of system calls, by name: each runs on the facade, and answers what the recorder would write.
 * Not here: operations on sync objects (sync-object-operations.ts) and on buffers (buffer-operations.ts).
 */
import { type FenceInfo, POLL_IN, POLL_NVAL, POLL_OUT } from '../uapi.ts';
import { bufferOperations } from './buffer-operations.ts';
import { bindFd, low32, type Run, resultOf, resultWith } from './results.ts';
import type { Session } from './session.ts';
import { syncObjectOperations } from './sync-object-operations.ts';
import type { Fields } from './trace.ts';

const fileOperations: Readonly<Record<string, Run>> = {
  tl_new: (session, [name = '']) => bindFd(session, name, session.api.openSwSync(`${name.slice(0, 13)}:`)),
  tl_fence: (session, [timeline = '', name = '', value = '']) =>
    bindFd(session, name, session.api.swSyncCreateFence(session.fdOf(timeline), low32(value))),
  tl_inc: (session, [timeline = '', by = '']) => resultOf(session.api.swSyncInc(session.fdOf(timeline), low32(by))),
  tl_deadline: (session, [timeline = '', fence = '']) =>
    resultWith(session.api.swSyncGetDeadline(session.fdOf(timeline), session.fdOf(fence)), ({ deadlineNs }) => ({
      dl: String(deadlineNs),
    })),
  tl_info(session, [timeline = '']) {
    const { rc, value = 0, pending = [] } = session.api.swSyncInfo(session.fdOf(timeline));
    return rc < 0 ? { rc: 0, p: null } : { rc: 0, v: value, p: pending.map((point) => [point, 'active']) };
  },
  close(session, [name = '']) {
    const bound = session.find(name);
    const answer = session.api.close(bound?.fd ?? -1);
    if (bound !== undefined) bound.fd = -1;
    return resultOf(answer);
  },
  dup: (session, [name = '', old = '']) => bindFd(session, name, session.api.dup(session.fdOf(old))),

  sf_merge(session, [name = '', first = '', second = '', title = '', flags, pad]) {
    const [fd, fd2] = [session.fdOf(first), session.fdOf(second)];
    const text = title === '-' ? '' : title;
    return bindFd(session, name, session.api.syncMerge(fd, fd2, text, low32(flags), low32(pad)));
  },
  sf_info(session, [name = '']) {
    const fd = session.fdOf(name);
    const short = session.api.syncFileInfo(fd, 0);
    if (short.rc < 0) return resultOf(short);
    const { status: st0 = 0, count = 0 } = short;
    return { ...infoFields(session, fd, count), st0 };
  },
  sf_infon: (session, [name = '', count = '', flags, pad]) =>
    infoFields(session, session.fdOf(name), Math.min(Number(count), 256), low32(flags), low32(pad)),
  sf_deadline: (session, [name = '', deadline = '0', pad = '0']) =>
    resultOf(session.api.syncSetDeadline(session.fdOf(name), BigInt(deadline), BigInt(pad))),

  poll(session, [name = '', mask = '']) {
    const { rc, revents = 0 } = session.api.poll(session.fdOf(name), maskOf(mask));
    return { rc, rev: lettersOf(revents) };
  },
  poll_async(session, [wait = '', name = '', mask = '', timeout = '']) {
    const timeoutMs = timeout === 'inf' ? Number.POSITIVE_INFINITY : Number(timeout);
    const fd = session.fdOf(name);
    session.sleepers.start(wait, async (signal) => {
      const answer = await session.api.pollLater(fd, maskOf(mask), timeoutMs, signal);
      return { ...resultOf(answer), rev: lettersOf(answer.revents ?? 0) };
    });
    return { rc: 0 };
  },
  w_cancel(session, [wait = '']) {
    const was = session.sleepers.cancel(wait);
    if (was === undefined) return { rc: -3, err: 'ESRCH' };
    return was ? { rc: 0 } : { rc: -114, err: 'EALREADY' };
  },
};

/** Every operation of a trace of system calls; `sleep` is the replay's own. */
export const operations: ReadonlyMap<string, Run> = new Map(
  Object.entries({ ...fileOperations, ...syncObjectOperations, ...bufferOperations }),
);

/** A name that was made of numbers says its context as the recorder does: counted from the beginning of the sequence. */
export function shownName(name: string): string {
  const [, prefix = '', context = '', seqno = ''] = name.match(automatic) ?? [];
  if (prefix === '') return name;
  // The kernel cuts a name at 31 characters, so of a chain's number the recorder keeps two.
  const tail = prefix.startsWith('dma_fence_chain') ? seqno.slice(0, 3) : seqno;
  return `${prefix}{${context === '0' ? '0' : `+${context}`}}${tail}`;
}

const automatic = /^(stub-stub|dma_fence_array-unbound|dma_fence_chain-unbound|vgem-unbound|sw_sync-[^:]*:)(\d+)(.*)$/;

/** All that a file lists now, as FILE_INFO would. */
export function listingOf(session: Session, name: string): Fields {
  return infoFields(session, session.fdOf(name), 256);
}

function infoFields(session: Session, fd: number, count: number, flags: number = 0, pad: number = 0): Fields {
  return resultWith(session.api.syncFileInfo(fd, count, flags, pad), (info) => ({
    st: info.status ?? 0,
    n: info.count ?? 0,
    name: shownName(info.name ?? ''),
    ...(count === 0 ? {} : { f: (info.fences ?? []).map((fence) => fenceFields(session, fence)) }),
  }));
}

function fenceFields(session: Session, { driver, timeline, status, signaledAtMs }: FenceInfo): Fields {
  const ts = signaledAtMs === undefined ? null : session.clock.indexOf(signaledAtMs);
  return { d: driver, o: timeline, s: status, ts };
}

function maskOf(letters: string): number {
  return (letters.includes('i') ? POLL_IN : 0) | (letters.includes('o') ? POLL_OUT : 0);
}

function lettersOf(revents: number): string {
  const letters = [revents & POLL_IN ? 'i' : '', revents & POLL_OUT ? 'o' : '', revents & POLL_NVAL ? 'N' : ''];
  return letters.join('');
}
