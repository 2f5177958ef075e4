/** The operations of a trace on sync objects and eventfds. */
import type { WaitRequest } from '../uapi.ts';
import { bindFd, bindHandle, low32, type Run, resultOf, resultWith } from './results.ts';
import { deviceIn, type Session } from './session.ts';
import type { Fields } from './trace.ts';

/** What a wait leaves in `first_signaled` where it looks at no handle: what the recorder had put there. */
const untouched = 0xdead;

export const syncObjectOperations: Readonly<Record<string, Run>> = {
  so_new(session, [name = '', flags = '', device]) {
    const answer = session.api.syncobjCreate(session.syncDevices[deviceIn(device)], low32(flags));
    return bindHandle(session, name, deviceIn(device), answer);
  },
  so_destroy: (session, [name = '', pad]) =>
    resultOf(session.api.syncobjDestroy(session.syncDeviceOf(name), session.handleOf(name), low32(pad))),
  so_h2fd(session, [name = '', object = '', flags, pad]) {
    const device = session.syncDeviceOf(object);
    const answer = session.api.syncobjHandleToFd(device, session.handleOf(object), low32(flags), low32(pad));
    return bindFd(session, name, answer);
  },
  so_fd2h(session, [name = '', file = '', flags, device]) {
    const fd = session.fdOf(file);
    const answer = session.api.syncobjFdToHandle(session.syncDevices[deviceIn(device)], fd, low32(flags));
    return bindHandle(session, name, deviceIn(device), answer);
  },
  so_import: (session, [object = '', file = '']) =>
    resultOf(
      session.api.syncobjImportSyncFile(session.syncDeviceOf(object), session.handleOf(object), session.fdOf(file)),
    ),
  so_reset: (session, names) =>
    resultOf(session.api.syncobjReset(session.syncDeviceOf(names[0]), handlesOf(session, names))),
  so_signal: (session, names) =>
    resultOf(session.api.syncobjSignal(session.syncDeviceOf(names[0]), handlesOf(session, names))),
  so_tsignal(session, [flags = '', ...entries]) {
    const { device, handles, points } = entriesOf(session, entries);
    return resultOf(session.api.syncobjTimelineSignal(device, handles, points, low32(flags)));
  },
  so_query: (session, [flags = '', ...names]) =>
    resultWith(
      session.api.syncobjQuery(session.syncDeviceOf(names[0]), handlesOf(session, names), low32(flags)),
      ({ points = [] }) => ({ pt: points.map(String) }),
    ),

  so_wait: (session, args) => wait(session, args, false),
  so_twait: (session, args) => wait(session, args, true),
  so_await: (session, args) => waitLater(session, args, false),
  so_atwait: (session, args) => waitLater(session, args, true),
  async so_transfer(session, [flags = '', target = '', source = '', pad]) {
    const to = entriesOf(session, [target]);
    const from = entriesOf(session, [source]);
    return resultOf(await session.api.syncobjTransfer(to.device, firstOf(to), firstOf(from), low32(flags), low32(pad)));
  },
  so_eventfd(session, [event = '', flags = '', target = '', pad]) {
    const to = entriesOf(session, [target]);
    const fd = session.fdOf(event);
    return resultOf(session.api.syncobjEventfd(to.device, firstOf(to), fd, low32(flags), low32(pad)));
  },

  efd_new: (session, [name = '']) => bindFd(session, name, session.api.eventfd()),
  efd_read: (session, [name = '']) =>
    resultWith(session.api.readEventfd(session.fdOf(name)), ({ count = 0n }) => ({ v: Number(count) })),
};

interface Entries {
  readonly device: number;
  readonly handles: readonly number[];
  readonly points: readonly bigint[];
}

/** `s0:5 s1:7`: all of the device of the first. */
function entriesOf(session: Session, entries: readonly string[]): Entries {
  const pairs = entries.slice(0, 16).map((entry) => {
    const [name = '', point = '0'] = entry.split(':');
    return { name, point: BigInt(point) };
  });
  return {
    device: session.syncDeviceOf(pairs[0]?.name),
    handles: pairs.map(({ name }) => session.handleOf(name)),
    points: pairs.map(({ point }) => point),
  };
}

function firstOf({ handles, points }: Entries): { handle: number; point: bigint } {
  return { handle: handles[0] ?? 0, point: points[0] ?? 0n };
}

function handlesOf(session: Session, names: readonly string[]): number[] {
  return names.slice(0, 16).map((name) => session.handleOf(name));
}

function requestOf(session: Session, args: readonly string[], isTimeline: boolean): [number, WaitRequest] {
  const [flags = '', timeout = '', ...names] = args;
  const [number = '0', deadline = '0'] = flags.split('/');
  const { device, handles, points } = entriesOf(session, names);
  const request = {
    handles,
    flags: low32(number),
    timeoutMs: timeoutOf(timeout),
    deadlineNs: BigInt(deadline),
    ...(isTimeline ? { points } : {}),
  };
  return [device, request];
}

/** `0`, `past` and `neg` look once. */
function timeoutOf(text: string): number {
  if (text === 'inf') return Number.POSITIVE_INFINITY;
  return text === 'past' || text === 'neg' ? 0 : Number(text);
}

async function wait(session: Session, args: readonly string[], isTimeline: boolean): Promise<Fields> {
  const [device, request] = requestOf(session, args, isTimeline);
  return resultWith(await session.api.syncobjWait(device, request), ({ first = untouched }) => ({ first }));
}

function waitLater(session: Session, [name = '', ...args]: readonly string[], isTimeline: boolean): Fields {
  const [device, request] = requestOf(session, args, isTimeline);
  session.sleepers.start(name, async (signal) =>
    resultWith(await session.api.syncobjWait(device, { ...request, signal }), ({ first = untouched }) => ({ first })),
  );
  return { rc: 0 };
}
