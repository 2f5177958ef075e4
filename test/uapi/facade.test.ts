/** The calls of the facade on the library's own clock: what replayed traces cannot show. */

import { Space } from 'fenceline';
import { POLL_IN, POLL_NVAL, POLL_OUT, type Uapi, uapi } from 'fenceline/uapi';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

let space: Space;
let api: Uapi;

beforeEach(() => {
  space = Space.create({ budgetBytes: 2 ** 16 });
  api = uapi(space);
});
afterEach(() => space.close({ abort: true }));

const inf = Number.POSITIVE_INFINITY;

function fenceOf(name: string, value: number): { timeline: number; fd: number } {
  const { fd: timeline = -1 } = api.openSwSync(name);
  const { fd = -1 } = api.swSyncCreateFence(timeline, value);
  return { timeline, fd };
}

describe('descriptors', () => {
  test('are the lowest free number, shared by dup, and gone when closed', () => {
    const { timeline, fd } = fenceOf('t:', 1);
    const { fd: twin = -1 } = api.dup(fd);
    expect([timeline, fd, twin]).toEqual([0, 1, 2]);
    expect(api.close(fd)).toEqual({ rc: 0 });
    expect(api.close(fd)).toEqual({ rc: -9, err: 'EBADF' });
    expect(api.eventfd().fd).toBe(fd);
    expect(api.syncFileInfo(twin, 0)).toMatchObject({ rc: 0, status: 0, count: 1, name: 'sw_sync-t:1-1' });
    expect(api.poll(99, POLL_IN)).toEqual({ rc: 1, revents: POLL_NVAL });
    expect(api.poll(-1, POLL_IN)).toEqual({ rc: 0, revents: 0 });
  });

  test('of another kind are refused by every ioctl', () => {
    const { fd = -1 } = api.eventfd();
    const notTty = { rc: -25, err: 'ENOTTY' };
    expect(api.swSyncInc(fd, 1)).toEqual(notTty);
    expect(api.syncFileInfo(fd, 0)).toEqual(notTty);
    expect(api.dmaBufInfo(fd)).toEqual(notTty);
    expect(api.syncobjCreate(fd, 0)).toEqual(notTty);
    expect(api.readEventfd(fd)).toEqual({ rc: -11, err: 'EAGAIN' });
    expect(api.readEventfd(api.openDrm().fd ?? -1)).toEqual({ rc: -22, err: 'EINVAL' });
  });
});

test('of a pipe that nobody uses the write end is ready', () => {
  const { fd = -1, writeFd = -1 } = api.pipe();
  expect(api.poll(fd, POLL_IN | POLL_OUT)).toEqual({ rc: 0, revents: 0 });
  expect(api.poll(writeFd, POLL_IN | POLL_OUT)).toEqual({ rc: 1, revents: POLL_OUT });
});

test('a deadline of a merge is that of its pending fence, also beside a failure that it lists', () => {
  const failed = fenceOf('t:', 1);
  const { timeline, fd } = fenceOf('u:', 1);
  api.close(failed.timeline);
  const { fd: merged = -1 } = api.syncMerge(failed.fd, fd, 'm');
  expect(api.swSyncGetDeadline(timeline, merged)).toEqual({ rc: -2, err: 'ENOENT' });
  api.syncSetDeadline(merged, 5n);
  expect(api.swSyncGetDeadline(timeline, merged)).toEqual({ rc: 0, deadlineNs: 5n });
});

describe('on the own clock', () => {
  test('a signal is stamped with the time of day', () => {
    const { timeline, fd } = fenceOf('t:', 1);
    const before = Date.now();
    api.swSyncInc(timeline, 1);
    const [fence] = api.syncFileInfo(fd, 1).fences ?? [];
    expect(fence?.status).toBe(1);
    // The clock on the wall may be set meanwhile.
    expect(fence?.signaledAtMs).toBeGreaterThanOrEqual(before - 60_000);
    expect(fence?.signaledAtMs).toBeLessThanOrEqual(Date.now() + 60_000);
  });

  test('a sleeping poll wakes with the fence, and gives up in time', async () => {
    const { timeline, fd } = fenceOf('t:', 1);
    expect(await api.pollLater(fd, POLL_IN, 5)).toEqual({ rc: 0, revents: 0 });
    const asleep = api.pollLater(fd, POLL_IN | POLL_OUT, inf);
    api.swSyncInc(timeline, 1);
    expect(await asleep).toEqual({ rc: 1, revents: POLL_IN });
  });

  test('a sleeping poll of a signalled file that it does not ask about ends only when interrupted', async () => {
    const { timeline, fd } = fenceOf('t:', 1);
    api.swSyncInc(timeline, 1);
    const controller = new AbortController();
    const asleep = api.pollLater(fd, POLL_OUT, inf, controller.signal);
    setTimeout(() => controller.abort(), 5);
    expect(await asleep).toEqual({ rc: -4, err: 'EINTR', revents: 0 });
  });

  test('a sleeping poll of an eventfd wakes when it is raised', async () => {
    const { fd: drm = -1 } = api.openDrm();
    const { handle = 0 } = api.syncobjCreate(drm, 0);
    const { fd = -1 } = api.eventfd();
    expect(api.syncobjEventfd(drm, { handle, point: 0n }, fd)).toEqual({ rc: 0 });
    const asleep = api.pollLater(fd, POLL_IN, inf);
    api.syncobjSignal(drm, [handle]);
    expect(await asleep).toEqual({ rc: 1, revents: POLL_IN });
    expect(api.readEventfd(fd)).toEqual({ rc: 0, count: 1n });
  });

  test('a wait for sync objects sleeps, gives up in time, and can be interrupted', async () => {
    const { fd: drm = -1 } = api.openDrm();
    const { handle = 0 } = api.syncobjCreate(drm, 0);
    const request = { handles: [handle], flags: 2, timeoutMs: inf };
    const asleep = api.syncobjWait(drm, request);
    const controller = new AbortController();
    const interrupted = api.syncobjWait(drm, { ...request, signal: controller.signal });
    controller.abort();
    expect(await interrupted).toEqual({ rc: -4, err: 'EINTR' });
    expect(await api.syncobjWait(drm, { ...request, timeoutMs: 5 })).toEqual({ rc: -62, err: 'ETIME' });
    api.syncobjSignal(drm, [handle]);
    expect(await asleep).toEqual({ rc: 0, first: 0 });
  });
});

test('points beyond 2^52 keep their order and their number', () => {
  const { fd: drm = -1 } = api.openDrm();
  const { handle = 0 } = api.syncobjCreate(drm, 0);
  const points = [2n ** 52n - 1n, 2n ** 52n + 5n, 2n ** 63n, 2n ** 64n - 1n];
  for (const point of points) {
    expect(api.syncobjTimelineSignal(drm, [handle], [point])).toEqual({ rc: 0 });
    expect(api.syncobjQuery(drm, [handle])).toEqual({ rc: 0, points: [point] });
  }
});

test('what is transferred of points that are over is the stub, also where a point 0 was added', async () => {
  const { fd: drm = -1 } = api.openDrm();
  const { handle: from = 0 } = api.syncobjCreate(drm, 0);
  const { handle: to = 0 } = api.syncobjCreate(drm, 0);
  for (const point of [0n, 1n, 2n]) api.syncobjTimelineSignal(drm, [from], [point]);
  await api.syncobjTransfer(drm, { handle: to, point: 0n }, { handle: from, point: 1n });
  const { fd = -1 } = api.syncobjHandleToFd(drm, to, 1);
  expect(api.syncFileInfo(fd, 0)).toMatchObject({ rc: 0, status: 1, name: 'stub-stub0-0' });
});
