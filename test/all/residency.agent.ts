/**
 * A thread with buffers of its own that together are larger than the memory there is, and some that all threads share. It
 * does random things to them until told to stop, and looks at every byte before it changes it.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { FencelineError, type Handle, type SharedBuffer, Space } from 'fenceline';
import { setContention } from '#fenceline/contention.js';
import { coreOf } from '#fenceline/space.js';

export interface ResidencyTask {
  readonly space: Handle<Space>;
  /** All have the same sum over their first words. */
  readonly shared: readonly Handle<SharedBuffer<'u32', readonly [number]>>[];
  readonly seed: number;
  readonly seconds: number;
  readonly ownBytes: number;
  readonly contends: boolean;
}

export interface ResidencyOutcome {
  readonly operations: number;
  readonly wrongWords: number;
  readonly errors: readonly string[];
  readonly retriesMax: number;
}

const task = workerData as ResidencyTask;
const space = Space.join(task.space);
if (task.contends) setContention(coreOf(space), 'always');
let state = task.seed;
let [operations, wrongWords] = [0, 0];
const errors: string[] = [];

function random(below: number): number {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor((state / 2 ** 32) * below);
}

interface Own {
  readonly buffer: SharedBuffer<'u32', readonly [number]>;
  readonly length: number;
  version: number;
}

const own: Own[] = [];
for (let bytes = 0; bytes < task.ownBytes; ) {
  const length = 64 + random(8192);
  bytes += length * 4;
  own.push({ buffer: space.buffer('u32', [length], { label: `own ${own.length}` }), length, version: 0 });
}
const shared = task.shared.map((handle) => space.open(handle));

/** What a word holds: of the buffer, its version and its place. */
function wordOf({ buffer, version }: Own, index: number): number {
  return version === 0 ? 0 : (Math.imul(buffer.id + index, 0x9e3779b1) + version) >>> 0;
}

function check(one: Own, data: ArrayLike<number>): void {
  for (let index = 0; index < one.length; index++) if (data[index] !== wordOf(one, index)) wrongWords++;
}

function fill(one: Own, data: Uint32Array): void {
  one.version++;
  for (let index = 0; index < one.length; index++) data[index] = wordOf(one, index);
}

function pick(): Own {
  // Most uses are of a few: what is used often should stay.
  const at = random(3) === 0 ? random(own.length) : random(Math.ceil(own.length / 4));
  return own[at] as Own; // an index below the length
}

async function update(one: Own): Promise<void> {
  const mapping = await one.buffer.map('update');
  check(one, mapping.data);
  fill(one, mapping.data);
  mapping.dispose();
}

async function replace(one: Own): Promise<void> {
  const data = new Uint32Array(one.length);
  fill(one, data);
  await one.buffer.set(data);
}

function look(one: Own): void {
  const mapping = one.buffer.mapSync('read');
  check(one, mapping.data as unknown as ArrayLike<number>);
  mapping.dispose();
}

/** Several at once, by drafts. */
async function edit(several: readonly Own[]): Promise<void> {
  const versions = several.map(({ version }) => version);
  await space.transaction(async (tx) => {
    for (const [at, one] of several.entries()) {
      one.version = versions[at] as number; // one version per buffer
      const view = await tx.edit(one.buffer);
      check(one, view.data);
      fill(one, view.data);
    }
  });
}

/** Moves an amount between two that all threads use; their sum stays. */
function transfer(): void {
  const from = shared[random(shared.length)];
  const to = shared[random(shared.length)];
  if (from === undefined || to === undefined || from === to) return;
  const amount = random(100);
  space.transactionSync((tx) => {
    const [left, right] = [tx.edit(from), tx.edit(to)];
    left.data[0] = (left.data[0] ?? 0) - amount;
    right.data[0] = (right.data[0] ?? 0) + amount;
  });
}

async function step(): Promise<void> {
  switch (random(7)) {
    case 0:
      return transfer();
    case 1:
      return replace(pick());
    case 2:
      return edit([...new Set([pick(), pick()])]);
    case 3:
      return look(pick());
    case 4: {
      const one = pick();
      const pin = await one.buffer.pin('system');
      look(one);
      return pin[Symbol.dispose]();
    }
    default:
      return update(pick());
  }
}

const end = performance.now() + task.seconds * 1000;
while (performance.now() < end && errors.length === 0) {
  try {
    await step();
    operations++;
  } catch (error) {
    errors.push(FencelineError.is(error, 'ENOMEM') ? `ENOMEM: ${error.message}` : String((error as Error).stack));
  }
}
for (const one of own) {
  if (errors.length > 0) break;
  try {
    check(one, await one.buffer.get());
  } catch (error) {
    errors.push(String((error as Error).stack));
  }
}
const { retriesMax } = space.transactionStats;
for (const { buffer } of own) buffer.dispose();
for (const buffer of shared) buffer.dispose();
await space.close();
const outcome: ResidencyOutcome = { operations, wrongWords, errors, retriesMax };
parentPort?.postMessage(outcome);
