/** Random streams against what the documentation says of them. A failure prints its seed and the command that runs it again. */
import fc from 'fast-check';
import { test } from 'vitest';
import { ahead, windows } from '#fenceline/streams.js';
import { collect, Item, microtasks, quiet, type Source, sourceOf } from './world.ts';

const seed = Number(process.env.FENCELINE_SEED ?? Math.floor(Math.random() * 2 ** 31));
const failures = { stage: new Error('stage'), source: new Error('source'), abort: new Error('abort') };

async function check(property: fc.IAsyncProperty<never>, numRuns: number): Promise<void> {
  const details = await fc.check(property, { seed, numRuns });
  const rerun = `FENCELINE_SEED=${seed} npx vitest run test/streams/streams.property.test.ts`;
  if (!details.failed) return;
  throw new Error(`${fc.defaultReportMessage(details)}\nRun again with: ${rerun}`, { cause: details.errorInstance });
}

interface World {
  readonly count: number;
  readonly limit: number;
  /** Microtasks that each item takes: in the source, in its stage, in the loop. */
  readonly ticks: readonly (readonly [number, number, number])[];
  readonly failsAt: number | undefined;
  readonly sourceFails: boolean;
  readonly leaveAt: number | undefined;
  readonly abortAt: number | undefined;
}

const ticks = fc.tuple(fc.nat(6), fc.nat(12), fc.nat(9));
const worlds: fc.Arbitrary<World> = fc.record({
  count: fc.nat(12),
  limit: fc.integer({ min: 1, max: 5 }),
  ticks: fc.array(ticks, { minLength: 12, maxLength: 12 }),
  failsAt: fc.option(fc.nat(12), { nil: undefined }),
  sourceFails: fc.boolean(),
  leaveAt: fc.option(fc.nat(12), { nil: undefined }),
  abortAt: fc.option(fc.nat(12), { nil: undefined }),
});

/** How a run of the loop ended, and what it left. */
interface Run {
  readonly source: Source;
  readonly results: Item[];
  readonly taken: Item[];
  readonly underWayMax: number;
  readonly runningAtEnd: number;
  readonly wasAborted: boolean;
  readonly ended: 'done' | 'left' | 'aborted' | 'stage' | 'source';
}

async function runAhead(world: World): Promise<Run> {
  const source = sourceOf(world.count, {
    ticks: (index) => world.ticks[index]?.[0] ?? 0,
    ...(world.sourceFails ? { failure: failures.source } : {}),
  });
  const controller = new AbortController();
  const results: Item[] = [];
  const taken: Item[] = [];
  let running = 0;
  let underWayMax = 0;
  let ended: Run['ended'] = 'done';
  const stage = async (item: Item, index: number) => {
    underWayMax = Math.max(underWayMax, source.made.length - taken.length);
    running++;
    await microtasks(world.ticks[index]?.[1] ?? 0);
    running--;
    if (index === world.failsAt) throw failures.stage;
    const result = new Item(item.index);
    results.push(result);
    return result;
  };
  try {
    for await (const item of ahead(source, world.limit, stage, { signal: controller.signal })) {
      taken.push(item);
      await microtasks(world.ticks[item.index]?.[2] ?? 0);
      if (item.index === world.abortAt) controller.abort(failures.abort);
      if (item.index !== world.leaveAt) continue;
      ended = 'left';
      break;
    }
  } catch (error) {
    ended = error === failures.abort ? 'aborted' : error === failures.stage ? 'stage' : 'source';
    if (!Object.values(failures).includes(error as Error)) throw error;
  }
  const runningAtEnd = running;
  await quiet();
  return { source, results, taken, underWayMax, runningAtEnd, wasAborted: controller.signal.aborted, ended };
}

/** How the loop must end, and after how many items. */
function expected({ count, failsAt, sourceFails, leaveAt, abortAt }: World): [Run['ended'], number] {
  for (let index = 0; index < count; index++) {
    if (index === failsAt) return ['stage', index];
    if (index === leaveAt) return ['left', index + 1];
    if (index === abortAt) return ['aborted', index + 1];
  }
  return [sourceFails ? 'source' : 'done', count];
}

test('ahead ends as it must, in order, within its limit, and leaves nothing behind', async () => {
  await check(
    fc.asyncProperty(worlds, async (world) => {
      const run = await runAhead(world);
      const [ended, count] = expected(world);
      const facts = {
        ended: run.ended === ended,
        order: run.taken.every((item, index) => item.index === index) && run.taken.length === count,
        bounded: run.underWayMax <= world.limit,
        // An abort does not wait; every other end does.
        quiet: run.runningAtEnd === 0 || run.wasAborted,
        disposed: run.results.every((item) => item.disposals === (run.taken.includes(item) ? 0 : 1)),
        closed: run.source.ends <= 1,
      };
      const broken = Object.entries(facts).filter(([, holds]) => !holds);
      if (broken.length > 0) throw new Error(`${broken.map(([rule]) => rule).join(', ')}: ${ended} after ${count}`);
    }) as never,
    1500,
  );
});

test('windows below ahead hold every item while its windows are waited for, and dispose each once', async () => {
  await check(
    fc.asyncProperty(
      fc.nat(12),
      fc.nat(3),
      fc.nat(3),
      fc.option(fc.nat(12), { nil: undefined }),
      async (count, before, after, leaveAt) => {
        const source = sourceOf(count);
        let at = 0;
        for await (const window of windows(source, before, after)) {
          await microtasks(3);
          if (window.some(({ disposals }) => disposals !== 0)) throw new Error(`window ${at} holds a disposed item`);
          if (at++ === leaveAt) break;
        }
        const isWhole = leaveAt === undefined || leaveAt >= count;
        if (at !== (isWhole ? count : leaveAt + 1)) throw new Error(`${at} windows of ${count} items`);
        if (source.made.some(({ disposals }) => disposals !== 1)) throw new Error('an item was not disposed once');
      },
    ) as never,
    500,
  );
});

test('stages that take their windows at once may run ahead of them', async () => {
  const sums = ahead(windows(sourceOf(9), 1, 1), 4, async (window) => {
    const sum = window.reduce((total, item) => total + item.index + 100 * item.disposals, 0);
    await quiet();
    return sum;
  });
  const all = await collect(sums);
  if (all.join() !== '1,3,6,9,12,15,18,21,23') throw new Error(all.join());
});
