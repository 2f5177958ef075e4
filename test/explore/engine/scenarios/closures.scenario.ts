/** Closures of every shape that step, in one agent: what they capture must be what it was, not what it was the first time. */
import { scenario } from 'fenceline/check';
import { add, load } from '#fenceline/cells/cell.js';

type Step = (words: Int32Array) => number;

function capturesLoopConstants(words: Int32Array): number[] {
  const steps: Step[] = [];
  for (const by of [1, 10, 100]) steps.push((given) => add(given, 0, by));
  return steps.map((_, index) => index).concat(runAll(steps, words));
}

function runAll(steps: readonly Step[], words: Int32Array): number[] {
  const results: number[] = [];
  for (const step of steps) results.push(step(words));
  return results;
}

function capturesWhatChanges(words: Int32Array): number {
  let by = 1;
  const step = () => add(words, 1, by);
  step();
  by = 10;
  step();
  return load(words, 1);
}

function capturesCounter(words: Int32Array): number[] {
  const steps: Step[] = [];
  for (let i = 0; i < 3; i++) steps.push((given) => load(given, 2) + i);
  return runAll(steps, words);
}

function recurses(words: Int32Array): number {
  function down(n: number): number {
    return n === 0 ? load(words, 3) : down(n - 1) + 1;
  }
  const again = (n: number): number => (n === 0 ? load(words, 3) : again(n - 1) + 1);
  return down(4) * 10 + again(3);
}

function takesAllKinds(words: Int32Array): number[] {
  const withDefault = (by: number, twice = false) => add(words, 4, twice ? by * 2 : by);
  const withRest = (...values: number[]) => add(words, 4, values.length);
  const withPattern = ({ by }: { by: number }, [more]: number[]) => add(words, 4, by + (more ?? 0));
  const expression = (by: number): number => add(words, 4, by);
  return [
    withDefault(1),
    withDefault(1, true),
    withRest(7, 7, 7),
    withPattern({ by: 1 }, [1]),
    expression(5),
    load(words, 4),
  ];
}

function usesThis(words: Int32Array): number {
  const counter = {
    by: 7,
    up(): number {
      const step = () => add(words, 5, this.by);
      return step();
    },
  };
  counter.up();
  return counter.up();
}

/** An early call of a closure that names a constant set later, on a way that does not touch it. */
function mentionsItself(words: Int32Array): number {
  const call = (step: (isLate: boolean) => number): ((isLate: boolean) => number) => {
    step(false);
    return step;
  };
  const step = call((isLate) => (isLate ? add(words, 6, 1) + (step === undefined ? 100 : 0) : add(words, 6, 1)));
  return step(true);
}

function spreads(words: Int32Array): string {
  const first = { b: add(words, 7, 1), c: 2 };
  const made = { a: 0, ...first, c: add(words, 7, 1), ...{ d: 4 }, ...(first.b > 5 ? { e: 5 } : undefined) };
  const got = { ...first, get f() { return 6; } }; // biome-ignore format: on one line, as people write it
  return JSON.stringify([made, got]);
}

export const parts = [
  capturesLoopConstants,
  capturesWhatChanges,
  capturesCounter,
  recurses,
  takesAllKinds,
  usesThis,
  mentionsItself,
  spreads,
];

export default scenario({
  setup: () => new Int32Array(new SharedArrayBuffer(32)),
  agents: {
    all: (words) => {
      const results: unknown[] = [];
      for (const part of parts) results.push(part(words));
      return results;
    },
    // A second time, by other closures of the same places.
    again: () => {
      const words = new Int32Array(new SharedArrayBuffer(32));
      const results: unknown[] = [];
      for (const part of parts) results.push(part(words));
      return results;
    },
  },
  options: { preemptions: 1 },
});
