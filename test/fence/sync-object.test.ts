/** Sync objects and sync files, one behaviour at a time. Against Linux as a whole: sync-model.test.ts. */
import { Fence, type Handle, Space } from 'fenceline';
import {
  type SyncFile,
  type SyncObject,
  syncFile,
  syncObject,
  type Timeline,
  timeline,
  waitPoints,
  waitPointsSync,
} from 'fenceline/sync';
import { afterEach, beforeEach, expect, test } from 'vitest';

let space: Space;

beforeEach(() => {
  space = Space.create({ budgetBytes: 2 ** 20 });
});

afterEach(async () => {
  await space.close();
});

const codeOf = (code: string): unknown => expect.objectContaining({ code });
const tick = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

test('a new sync object is empty, or signalled if asked for', () => {
  using empty = syncObject(space, 'empty');
  using full = syncObject(space, 'full', { signaled: true });
  expect([empty.isEmpty, full.isEmpty]).toEqual([true, false]);
  expect(empty.peek()).toBeUndefined();
  expect(full.peek()?.status).toBe('done');
  expect([empty.query(), full.query(), full.query({ submitted: true })]).toEqual([0, 0, 0]);
});

test('points count in rows: one that does not grow begins a new row at the last number', () => {
  using line = timeline(space, 'line');
  using object = syncObject(space, 'object');
  const fences = [line.issue(), line.issue(), line.issue()] as const;
  object.replace(fences[0], 5);
  object.replace(fences[1], 9);
  expect([object.query(), object.query({ submitted: true })]).toEqual([0, 9]);
  line.signal(fences[0]);
  expect(object.query()).toBe(5);
  object.replace(fences[2], 3);
  expect(object.query({ submitted: true })).toBe(9);
  expect(object.query()).toBe(0);
  line.signal();
  expect(object.query()).toBe(9);
});

test('a gap stands for the next larger point, and what is beyond the last is not there', () => {
  using line = timeline(space, 'line');
  using object = syncObject(space, 'object');
  const [first, second] = [line.issue(), line.issue()];
  object.replace(first, 2);
  object.replace(second, 8);
  line.signal(first);
  expect([1, 2, 3, 8].map((point) => object.peek(point)?.status)).toEqual(['done', 'done', 'pending', 'pending']);
  expect(object.peek(9)).toBeUndefined();
});

test('an error stays with all points above it, also once it was passed over, until it is replaced', () => {
  using line = timeline(space, 'line');
  using object = syncObject(space, 'object');
  object.signal(1);
  for (let point = 2; point <= 100; point++) object.replace(line.issue(), point);
  line.fail(line.issue(), new Error('It broke.'));
  using other = timeline(space, 'other');
  object.replace(other.issue(), 200);
  other.fail(other.issue(), new Error('This too.'));
  for (let point = 201; point <= 300; point++) object.signal(point);
  expect(object.query()).toBe(300);
  expect(object.peek(100)?.status).toBe('done');
  using third = timeline(space, 'third');
  const bad = third.issue();
  third.fail(bad, new Error('And this.'));
  object.replace(bad, 301);
  for (let point = 302; point <= 400; point++) object.signal(point);
  expect([300, 301, 302, 400].map((point) => object.peek(point)?.status)).toEqual([
    'done',
    'failed',
    'failed',
    'failed',
  ]);
  expect(object.peek(400)?.error?.message).toContain('And this.');
  object.reset();
  object.signal(1);
  expect(object.peek(1)?.status).toBe('done');
});

test('a file is a snapshot, keeps what it says, and travels', async () => {
  using object = syncObject(space, 'object');
  const line = timeline(space, 'line');
  object.replace(line.issue(), 1);
  object.replace(line.issue(), 2);
  using file = object.exportFile('both');
  object.reset();
  expect([file.name, file.status, file.leaves.map(({ seqno }) => seqno)]).toEqual(['both', 'pending', [2, 1]]);
  using opened: SyncFile = space.open(structuredClone(file.handle) as Handle<SyncFile>);
  line.signal();
  line.dispose();
  for (let count = 0; count < 5000; count++) timeline(space, 'next').dispose();
  expect([file.status, opened.status, opened.name]).toEqual(['done', 'done', 'both']);
  expect(opened.leaves.map(({ seqno, status }) => [seqno, status])).toEqual([[2, 'done']]);
});

test('a sync object keeps the timelines of its points', () => {
  using object = syncObject(space, 'object');
  const line = timeline(space, 'line');
  const fence = line.issue();
  object.replace(fence, 1);
  line.signal();
  line.dispose();
  for (let count = 0; count < 5000; count++) timeline(space, 'next').dispose();
  expect(object.peek(1)?.status).toBe('done');
  object.dispose();
  for (let count = 0; count < 5000; count++) timeline(space, 'next').dispose();
  // The control: nobody keeps it any more.
  expect(Fence.all([fence]).error?.code).toBe('EUNKNOWN');
});

test('a thousand timelines go through one object without being held for ever', () => {
  space.close();
  space = Space.create({ budgetBytes: 2 ** 20, limits: { timelines: 64 } });
  using object = syncObject(space, 'object');
  for (let point = 1; point <= 1000; point++) {
    using line = timeline(space, `line ${point}`);
    object.replace(line.issue(), point);
    line.signal();
  }
  expect(object.query()).toBe(1000);
});

test('a merge is over when both are; of one timeline the later stays', () => {
  const [a, b] = pair();
  const [a1, a2, b1] = [a.issue(), a.issue(), b.issue()];
  using left = syncFile(Fence.all([a1, b1]), 'left');
  using right = syncFile(a2, 'right');
  using both = left.merge(right, 'both');
  expect(both.leaves.map(({ seqno }) => seqno)).toEqual([2, 1]);
  a.signal();
  expect(both.status).toBe('pending');
  b.fail(b1, new Error('no'));
  expect([both.status, left.merge(right).status]).toEqual(['failed', 'failed']);
});

test('a wait without a fence is refused, or waits for it if asked to', async () => {
  using line = timeline(space, 'line');
  using object = syncObject(space, 'object');
  await expect(waitPoints([{ object }])).rejects.toThrow(codeOf('ENOENT'));
  await expect(waitPoints([{ object, point: 1 }], { forSubmit: true, timeoutMs: 5 })).rejects.toThrow(codeOf('ETIME'));
  const ready = waitPoints([{ object, point: 3 }], { forSubmit: true });
  object.replace(line.issue(), 2);
  object.replace(line.issue(), 4);
  line.signal();
  expect(await ready).toBe(-1);
  expect(await waitPoints([{ object, point: 3 }])).toBe(0);
  expect(await waitPoints([])).toBe(-1);
});

test('a wait waits for the fence that was there first, whatever becomes of the object', async () => {
  using line = timeline(space, 'line');
  using object = syncObject(space, 'object');
  let ends = 0;
  const [first, second] = [line.issue(), line.issue()];
  const early = waitPoints([{ object }], { forSubmit: true }).then(() => ends++);
  // Put in and taken out before anybody was rung: Linux hands it to who waits.
  object.replace(first);
  object.reset();
  const late = waitPoints([{ object }], { forSubmit: true }).then(() => ends++);
  await tick();
  expect(ends).toBe(0);
  line.signal(first);
  await early;
  expect(ends).toBe(1);
  object.replace(second);
  object.signal();
  line.signal();
  await late;
});

test('any is ready with the first, and available with the promise', async () => {
  const [a, b] = pair();
  const [left, right] = objects();
  left.replace(a.issue());
  right.replace(b.issue());
  const any = waitPoints([{ object: left }, { object: right }], { any: true });
  const all = waitPoints([{ object: left }, { object: right }]);
  const available = await waitPoints([{ object: left }, { object: right, point: 0 }], { available: true });
  expect(available).toBe(0);
  await tick();
  b.signal();
  expect(await any).toBe(1);
  expect(await waitPoints([{ object: left }, { object: right }], { any: true })).toBe(1);
  const rest = waitPoints([{ object: left }, { object: right }]);
  a.signal();
  expect([await all, await rest]).toEqual([-1, 1]);
});

test('an error of the work counts as ready', async () => {
  using line = timeline(space, 'line');
  using object = syncObject(space, 'object');
  const fence = line.issue();
  object.replace(fence);
  line.fail(fence, new Error('no'));
  expect(await waitPoints([{ object }])).toBe(0);
  expect(waitPointsSync([{ object }])).toBe(0);
  expect(object.peek()?.error?.message).toContain('no');
});

test('a blocking wait that this thread would have to end itself is refused; a look is not', () => {
  using line = timeline(space, 'line');
  using object = syncObject(space, 'object');
  object.replace(line.issue());
  expect(() => waitPointsSync([{ object }])).toThrow(codeOf('EDEADLK'));
  expect(() => waitPointsSync([{ object }], { timeoutMs: 0 })).toThrow(codeOf('ETIME'));
  expect(() => waitPointsSync([{ object, point: 1 }], { forSubmit: true, timeoutMs: 10 })).toThrow(codeOf('ETIME'));
  expect(() => object.submittedSync(1, { timeoutMs: 10 })).toThrow(codeOf('ETIME'));
});

test('a wait ends with its signal, and when the space is closed', async () => {
  using object = syncObject(space, 'object');
  const stop = new AbortController();
  const stopped = waitPoints([{ object }], { forSubmit: true, signal: stop.signal });
  const submitted = object.submitted(1, { signal: stop.signal });
  const other = waitPoints([{ object }], { forSubmit: true });
  const endings = Promise.allSettled([stopped, submitted, other]);
  stop.abort(new Error('enough'));
  await space.close();
  const [first, second, third] = (await endings).map((one) => (one.status === 'rejected' ? one.reason : undefined));
  expect([first?.message, second?.message, third?.code]).toEqual(['enough', 'enough', 'EINVAL']);
});

test('onPoint calls once, when the point is over or when it is promised, unless it is disposed of before', async () => {
  using line = timeline(space, 'line');
  using object = syncObject(space, 'object');
  const calls: string[] = [];
  object.onPoint(2, () => calls.push('over'));
  object.onPoint(2, () => calls.push('promised'), { available: true });
  object.onPoint(2, () => calls.push('never'))[Symbol.dispose]();
  const late = object.onPoint(2, () => calls.push('never'));
  object.replace(line.issue(), 2);
  object.reset();
  await tick();
  expect(calls).toEqual(['promised']);
  late[Symbol.dispose]();
  line.signal();
  await tick();
  expect(calls).toEqual(['promised', 'over']);
});

test('disposing of a sync object ends no wait for it', async () => {
  const object = syncObject(space, 'object');
  using other: SyncObject = space.open(object.handle);
  const found = object.submitted(1);
  object.dispose();
  other.signal(1);
  expect((await found).status).toBe('done');
  expect(() => object.reset()).toThrow(codeOf('EINVAL'));
});

test('a transfer takes a point as it stands, or merges it into one', () => {
  const [a, b] = pair();
  const [from, to] = objects();
  from.replace(a.issue(), 1);
  from.replace(b.issue(), 5);
  to.transfer(from, { fromPoint: 1 });
  expect([to.query({ submitted: true }), to.exportFile().leaves.length]).toEqual([1, 1]);
  to.transfer(from, { point: 7 });
  const lines = to.exportFile().leaves.map(({ timeline: of }) => of);
  expect([lines[0] === lines[1], lines[0] === lines[2], lines.length]).toEqual([false, true, 3]);
  expect(() => to.transfer(from, { fromPoint: 6 })).toThrow(codeOf('ENOENT'));
  expect(() => to.transfer(to, { point: -1 })).toThrow(codeOf('EINVAL'));
});

// Closing the space disposes of them.
function pair(): readonly [Timeline, Timeline] {
  return [timeline(space, 'a'), timeline(space, 'b')];
}

function objects(): readonly [SyncObject, SyncObject] {
  return [syncObject(space, 'left'), syncObject(space, 'right')];
}
