/**
 * What a job waits for before it runs: points in its slot, the rest in chunks.
 *
 * Written when the job is filled and, under the locks of its buffers, when it is admitted; read by whoever looks for work.
 */
import { DEP_WORDS, inlineDeps, J_DEP_CHUNK, J_DEP_COUNT, J_DEPS } from '../base/layout.ts';
import { load, store } from '../cells/cell.ts';
import { freeChain, loadBytes, storeBytes } from '../cells/chunk.ts';
import type { Agent, Memory } from '../cells/memory.ts';
import type { Point } from '../fence/points.ts';
import { PENDING, pointStatus } from '../fence/points.ts';
import { chunkOwnerOf, jobAt } from './job.ts';

/** The dependent does not run if this one failed: named in `after`. Others only order. */
export const DEP_REQUIRED = 1;
export const DEP_ORDER = 0;

export interface Dependency extends Point {
  readonly kind: number;
}

const kindShift = 28;
const timelineMask = 0xfffff;

/**
 * Stores the dependencies of a job that is the caller's: first those that `after` requires, when it is filled; then all,
 * when it is admitted. Outcomes: nothing, or ENOSPC (chunks).
 */
export function storeDependencies(agent: Agent, job: number, dependencies: readonly Dependency[]): void {
  const at = jobAt(agent, job);
  const inline = Math.min(dependencies.length, inlineDeps);
  // Indexes below the length.
  for (let index = 0; index < inline; index++) {
    writeDependency(agent.words, at + J_DEPS + index * DEP_WORDS, dependencies[index] as Dependency);
  }
  const oldChunk = load(agent.words, at + J_DEP_CHUNK);
  store(agent.words, at + J_DEP_CHUNK, storeRest(agent, job, dependencies));
  store(agent.words, at + J_DEP_COUNT, dependencies.length);
  freeChain(agent, oldChunk);
}

/** Outcomes: first chunk + 1 of those that do not fit the slot, 0 if all do; ENOSPC (chunks) with nothing changed. */
function storeRest(agent: Agent, job: number, dependencies: readonly Dependency[]): number {
  if (dependencies.length <= inlineDeps) return 0;
  const words = new Int32Array((dependencies.length - inlineDeps) * DEP_WORDS);
  for (let index = inlineDeps; index < dependencies.length; index++) {
    writeDependency(words, (index - inlineDeps) * DEP_WORDS, dependencies[index] as Dependency);
  }
  return storeBytes(agent, new Uint8Array(words.buffer), chunkOwnerOf(job));
}

/**
 * A dependency that is pending; undefined if all are over. The last one first: of many users of a buffer it is mostly the
 * last to end, and then one look tells that the job is not ready.
 */
export function pendingDependency(memory: Memory, job: number): Dependency | undefined {
  const count = load(memory.words, jobAt(memory, job) + J_DEP_COUNT);
  const rest = count > inlineDeps ? restOf(memory, job) : noRest;
  for (let index = count - 1; index >= 0; index--) {
    const dependency = dependencyOf(memory, job, index, rest);
    if (pointStatus(memory, dependency) === PENDING) return dependency;
  }
  return undefined;
}

/**
 * The pending ones among those that fit the slot. For a look at a job that may be over by now, and its slot another's: then
 * they mean nothing.
 */
export function pendingInSlot(memory: Memory, job: number): Dependency[] {
  const count = Math.min(load(memory.words, jobAt(memory, job) + J_DEP_COUNT), inlineDeps);
  const pending: Dependency[] = [];
  for (let index = 0; index < count; index++) {
    const dependency = dependencyOf(memory, job, index, noRest);
    if (pointStatus(memory, dependency) === PENDING) pending.push(dependency);
  }
  return pending;
}

/** The points that the job requires. */
export function requiredDependencies(memory: Memory, job: number): Dependency[] {
  const count = load(memory.words, jobAt(memory, job) + J_DEP_COUNT);
  const rest = count > inlineDeps ? restOf(memory, job) : noRest;
  const required: Dependency[] = [];
  for (let index = 0; index < count; index++) {
    const dependency = dependencyOf(memory, job, index, rest);
    if (dependency.kind === DEP_REQUIRED) required.push(dependency);
  }
  return required;
}

/** The first required dependency that failed, and its status; undefined if none did. All are over. */
export function failedDependency(memory: Memory, job: number): { point: Point; status: number } | undefined {
  const count = load(memory.words, jobAt(memory, job) + J_DEP_COUNT);
  const rest = count > inlineDeps ? restOf(memory, job) : noRest;
  for (let index = 0; index < count; index++) {
    const dependency = dependencyOf(memory, job, index, rest);
    if (dependency.kind !== DEP_REQUIRED) continue;
    const status = pointStatus(memory, dependency);
    if (status < 0) return { point: dependency, status };
  }
  return undefined;
}

/** Those that do not fit the slot, read once for all of them. */
function restOf(memory: Memory, job: number): Int32Array {
  return new Int32Array(loadBytes(memory, load(memory.words, jobAt(memory, job) + J_DEP_CHUNK)).buffer);
}

const noRest: Int32Array = new Int32Array(0);

function dependencyOf(memory: Memory, job: number, index: number, rest: Int32Array): Dependency {
  const at = jobAt(memory, job);
  if (index < inlineDeps) {
    const entry = at + J_DEPS + index * DEP_WORDS;
    const { words } = memory;
    return toDependency(
      memory,
      load(words, entry),
      load(words, entry + 1),
      load(words, entry + 2),
      load(words, entry + 3),
    );
  }
  const entry = (index - inlineDeps) * DEP_WORDS;
  // Below the stored count, whose chain was stored with it; zeros if the slot was reused while we read.
  return toDependency(memory, rest[entry] ?? 0, rest[entry + 1] ?? 0, rest[entry + 2] ?? 0, rest[entry + 3] ?? 0);
}

/** The index is clamped: what was read may be of two uses of the slot, and then nobody acts on it. */
function toDependency(memory: Memory, first: number, generation: number, lo: number, hi: number): Dependency {
  const timeline = first & timelineMask;
  return {
    timeline: timeline < memory.layout.timelineCount ? timeline : 0,
    kind: (first >>> kindShift) & 3,
    generation,
    seqno: (hi >>> 0) * 2 ** 32 + (lo >>> 0),
  };
}

function writeDependency(words: Int32Array, at: number, dependency: Dependency): void {
  store(words, at, dependency.timeline | (dependency.kind << kindShift));
  store(words, at + 1, dependency.generation);
  store(words, at + 2, dependency.seqno | 0);
  store(words, at + 3, Math.floor(dependency.seqno / 2 ** 32));
}
