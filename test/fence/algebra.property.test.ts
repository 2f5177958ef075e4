/**
 * The algebra of fences, over random ones: merging is commutative, associative and idempotent, the empty fence is its unit, it is
 * monotone; and what is over stays over, as it ended. A failure prints its seed and the command that runs it again.
 */
import fc from 'fast-check';
import { Fence, FencelineError, type PointInfo, type Space } from 'fenceline';
import { type Timeline, timeline } from 'fenceline/sync';
import { expect, test } from 'vitest';
import { withSpace } from '../space/with-space.ts';

const seed = Number(process.env.FENCELINE_SEED ?? Math.floor(Math.random() * 2 ** 31));
console.log(`seed ${seed}`);

async function check<T>(inputs: fc.Arbitrary<T>, holds: (space: Space, input: T) => void, numRuns: number) {
  await withSpace({}, async (space) => {
    const details = fc.check(
      fc.property(inputs, (input) => holds(space, input)),
      { seed, numRuns },
    );
    if (!details.failed) return;
    const rerun = `FENCELINE_SEED=${seed} npx vitest run test/fence/algebra.property.test.ts`;
    throw new Error(`${fc.defaultReportMessage(details)}\nRun again with: ${rerun}`, { cause: details.errorInstance });
  });
}

const lineCount = 4;
const pointCount = 6;
const failuresMax = 5;

/** What happens to a timeline: the next point is signalled or fails, or it is closed. */
type Step = 'signal' | 'fail' | 'close';
const steps = fc.array(
  fc.tuple(fc.nat(lineCount - 1), fc.constantFrom<Step>('signal', 'signal', 'signal', 'fail', 'fail', 'close')),
  { maxLength: 30 },
);
/** Points of a fence: timeline and number. */
const sets = fc.array(fc.tuple(fc.nat(lineCount - 1), fc.integer({ min: 1, max: pointCount })), { maxLength: 6 });

/** Some timelines, what happened to them, and fences over their points. */
class Lines {
  readonly lines: readonly Timeline[];
  readonly #issued: readonly (readonly Fence[])[];
  readonly #failures: number[] = [];

  constructor(space: Space) {
    this.lines = Array.from({ length: lineCount }, (_, index) => timeline(space, `line ${index}`));
    this.#issued = this.lines.map((line) => Array.from({ length: pointCount }, () => line.issue()));
  }

  point(line: number, number: number): Fence {
    return this.#issued[line]?.[number - 1] as Fence;
  }

  fenceOf(set: readonly (readonly [number, number])[]): Fence {
    return Fence.all(set.map(([line, number]) => this.point(line, number)));
  }

  go(line: number, step: Step): void {
    const at = this.lines[line] as Timeline;
    const next = at.completed + 1;
    if (step === 'close') at.close();
    if (next > pointCount || this.#isClosed(line)) return;
    const failures = this.#failures[line] ?? 0;
    // More than a timeline keeps on record would be unknown: a rule of its own.
    if (step === 'fail' && failures < failuresMax) {
      this.#failures[line] = failures + 1;
      at.fail(next, new FencelineError('EBUSY', 'It is in use.', { by: 'a test' }));
    } else at.signal(next);
  }

  #isClosed(line: number): boolean {
    const at = this.lines[line] as Timeline;
    return at.completed < pointCount && this.point(line, pointCount).status !== 'pending';
  }

  [Symbol.dispose](): void {
    for (const line of this.lines) line.dispose();
  }
}

/** What a fence is, whatever it is called. */
function meaningOf(fence: Fence): string {
  const points = fence.points.map(({ timeline: name, seqno, status }: PointInfo) => `${name}.${seqno} ${status}`);
  return `${fence.status}: ${points.join(', ')}`;
}

const worlds = fc.record({ before: steps, a: sets, b: sets, c: sets, after: steps });

function withLines(space: Space, body: (lines: Lines) => void): void {
  using lines = new Lines(space);
  body(lines);
}

test('merging is commutative, associative and idempotent, and the empty fence is its unit', () =>
  check(
    worlds,
    (space, world) =>
      withLines(space, (lines) => {
        for (const [line, step] of world.before) lines.go(line, step);
        const [a, b, c] = [lines.fenceOf(world.a), lines.fenceOf(world.b), lines.fenceOf(world.c)];
        expect(meaningOf(Fence.all([a, b])), 'commutative').toBe(meaningOf(Fence.all([b, a])));
        const left = Fence.all([Fence.all([a, b]), c]);
        expect(meaningOf(left), 'associative').toBe(meaningOf(Fence.all([a, Fence.all([b, c])])));
        expect(meaningOf(Fence.all([a, b, c])), 'flat').toBe(meaningOf(left));
        expect(meaningOf(Fence.all([a, a])), 'idempotent').toBe(meaningOf(a));
        expect(meaningOf(Fence.all([a, Fence.all([])])), 'with a unit').toBe(meaningOf(a));
      }),
    500,
  ));

test('a merge is over when all of it is, and failed if any of it did, whatever happens after merging', () =>
  check(
    worlds,
    (space, world) =>
      withLines(space, (lines) => {
        for (const [line, step] of world.before) lines.go(line, step);
        const parts = [...world.a, ...world.b, ...world.c].map(([line, number]) => lines.point(line, number));
        const merged = Fence.all([lines.fenceOf(world.a), lines.fenceOf(world.b), lines.fenceOf(world.c)]);
        const opened = space.open(merged.handle);
        for (const [line, step] of [undefined, ...world.after].map((one) => one ?? ([0, 'signal'] as const))) {
          const statuses = new Set(parts.map((part) => part.status));
          const expected = statuses.has('pending') ? 'pending' : statuses.has('failed') ? 'failed' : 'done';
          expect([merged.status, opened.status]).toEqual([expected, expected]);
          lines.go(line, step);
        }
      }),
    500,
  ));

test('a merge with more in it is never over earlier', () =>
  check(
    worlds,
    (space, world) =>
      withLines(space, (lines) => {
        for (const [line, step] of world.before) lines.go(line, step);
        const less = lines.fenceOf(world.a);
        const more = Fence.all([less, lines.fenceOf(world.b)]);
        for (const [line, step] of world.after) {
          lines.go(line, step);
          if (less.status === 'pending') expect(more.status).toBe('pending');
          if (less.status === 'failed') expect(more.status).not.toBe('done');
        }
      }),
    500,
  ));

test('what is over stays over, as it ended, also for those who open a handle', () =>
  check(
    worlds,
    (space, world) =>
      withLines(space, (lines) => {
        const merged = [lines.fenceOf(world.a), lines.fenceOf(world.b), lines.fenceOf(world.c)];
        const single = world.a.map(([line, number]) => lines.point(line, number));
        const seen = new Map<string, string>();
        const look = (name: string, fence: Fence): void => {
          const now = `${fence.status} ${fence.error?.code}`;
          expect(now, name).toBe(seen.get(name) ?? now);
          if (fence.status !== 'pending') seen.set(name, now);
        };
        for (const [line, step] of [...world.before, ...world.after]) {
          lines.go(line, step);
          for (const [index, fence] of [...merged, ...single].entries()) {
            const opened = space.open(fence.handle);
            look(`fence ${index}`, fence);
            look(`opened ${index}`, opened);
            // A merge travels with every point that may still fail.
            expect(opened.status).toBe(fence.status);
          }
        }
      }),
    300,
  ));
