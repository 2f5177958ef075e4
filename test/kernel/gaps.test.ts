/** Gaps of Linux's suites that are about fences: each with Linux's rule, and our answer. */
import { Fence, FencelineError } from 'fenceline';
import { implicit, timeline } from 'fenceline/sync';
import { describe, expect, test } from 'vitest';
import { withSpace } from '../space/with-space.ts';

describe('a fence whose producer is gone', () => {
  test('keeps the outcome that it had, and fails if it had none', () =>
    withSpace({}, async (space) => {
      const line = timeline(space, 'line');
      const [done, failed, pending] = [line.issue(), line.issue(), line.issue()];
      line.signal(done);
      line.fail(failed, new FencelineError('EIO', 'It broke.', { errno: 5 }));
      const opened = [done, failed, pending].map((fence) => space.open(fence.handle));
      const holds = [done, failed, pending].map((fence) => fence.hold());
      line.dispose();
      // A slot is used again by whoever comes: not the slot of what is held.
      for (let count = 0; count < 100; count++) timeline(space, 'other').dispose();
      expect([done, failed, pending].map(({ status }) => status)).toEqual(['done', 'failed', 'failed']);
      expect(opened.map((fence) => fence.error?.code)).toEqual([undefined, 'EIO', 'ECANCELED']);
      for (const hold of holds) hold[Symbol.dispose]();
    }));

  test('never becomes a success that was not seen: not held, it is no longer known', () =>
    withSpace({ limits: { timelines: 1 } }, async (space) => {
      const line = timeline(space, 'line');
      const { handle } = line.issue();
      line.dispose();
      using other = timeline(space, 'other');
      other.issue();
      other.signal();
      expect(space.open(handle).error?.code).toBe('EUNKNOWN');
    }));
});

test('points of a timeline are signalled in order: going back is an error that names both', () =>
  withSpace({}, async (space) => {
    using line = timeline(space, 'line');
    const [first, second] = [line.issue(), line.issue()];
    // Linux promises this order and cannot keep it: a fence of a context may be signalled before an earlier one.
    line.signal(second);
    expect([first.status, second.status]).toEqual(['done', 'done']);
    expect(() => line.signal(first)).toThrow(/Point 1 .* completed 2/);
  }));

test('a merge of merges is flat: no container holds a container', () =>
  withSpace({}, async (space) => {
    using buffer = space.buffer('u8', [1]);
    using line = timeline(space, 'a');
    using other = timeline(space, 'b');
    const merged = Fence.all([Fence.all([line.issue(), other.issue()]), Fence.all([line.issue()])]);
    expect(merged.points.map(({ timeline: name, seqno }) => `${name} ${seqno}`)).toEqual(['a 1', 'a 2', 'b 1']);
    // Linux warns of a container in a reservation; here its points go in one by one, and in one step.
    implicit(buffer).add(merged, 'read');
    expect(implicit(buffer).points).toHaveLength(2);
    line.signal();
    other.signal();
  }));

test('no place is reserved that a later unlock could lose: an addition has its room or is refused as a whole', () =>
  withSpace({ limits: { timelines: 70 } }, async (space) => {
    using buffer = space.buffer('u8', [1]);
    const lines = Array.from({ length: 66 }, (_, index) => timeline(space, `${index}`));
    const fences = lines.map((line) => line.issue());
    implicit(buffer).add(Fence.all(fences.slice(0, 63)), 'read');
    expect(() => implicit(buffer).add(Fence.all(fences.slice(63, 65)), 'read')).toThrow(
      expect.objectContaining({ code: 'ENOSPC' }),
    );
    implicit(buffer).add(fences[65] as Fence, 'read');
    expect(implicit(buffer).points).toHaveLength(64);
    for (const line of lines) line.dispose();
  }));

test('a point added again at a stronger use is promoted, at a weaker one it is not degraded', () =>
  withSpace({}, async (space) => {
    using buffer = space.buffer('u8', [1]);
    using line = timeline(space, 'line');
    const fence = line.issue();
    const uses = (): readonly string[] => implicit(buffer).points.map(({ usage, seqno }) => `${usage} ${seqno}`);
    implicit(buffer).add(fence, 'bookkeep');
    implicit(buffer).add(fence, 'read');
    implicit(buffer).add(fence, 'write');
    implicit(buffer).add(fence, 'move');
    expect(uses()).toEqual(['move 1']);
    implicit(buffer).add(fence, 'bookkeep');
    expect(uses()).toEqual(['move 1', 'bookkeep 1']);
    implicit(buffer).add(line.issue(), 'move');
    expect(uses(), 'The first entry that may be replaced is.').toEqual(['move 2', 'bookkeep 1']);
    line.signal();
  }));
