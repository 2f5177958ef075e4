/** The least that any schedule of a tiny trace moves, by trying all of them: for a dozen jobs and a handful of buffers. */
import { at, DISCARDS, type Job, OVERWRITES, type Trace, WRITES } from '../../../bench/eviction/trace.ts';

/** Two bits a buffer. */
const CLEAN = 1;
const DIRTY = 2;
const DISCARDED = 3;

/** Outcomes: pages. `trace`: at most 15 buffers, none of which loses its contents unless it is discarded. */
export function exactOptimum(trace: Trace, budget: number): number {
  /** What lives in the heap, and how, to the least that was moved until then. */
  let states = new Map<number, number>([[0, 0]]);
  /** Buffers that have contents somewhere. */
  const hasContents = trace.isFresh.map((isFresh) => !isFresh);
  for (const job of trace.jobs) {
    const after = new Map<number, number>();
    for (const [state, moved] of states) {
      const used = useAll(trace, job, hasContents, state);
      const others = [...trace.sizes.keys()].filter((buffer) => !job.buffers.includes(buffer) && kept(state, buffer));
      for (let leaving = 0; leaving < 2 ** others.length; leaving++) {
        const next = leave(trace, others, leaving, used.state);
        if (sizeOf(trace, next.state) > budget) continue;
        const freed = job.frees.reduce((rest, buffer) => rest & ~(3 << (2 * buffer)), next.state);
        const total = moved + used.moved + next.moved;
        after.set(freed, Math.min(total, after.get(freed) ?? Number.POSITIVE_INFINITY));
      }
    }
    job.buffers.forEach((buffer, use) => {
      if ((at(job.flags, use) & (WRITES | OVERWRITES)) !== 0) hasContents[buffer] = true;
    });
    states = after;
  }
  return Math.min(...states.values());
}

function kept(state: number, buffer: number): number {
  return (state >> (2 * buffer)) & 3;
}

function useAll(
  { sizes }: Trace,
  { buffers, flags }: Job,
  hasContents: readonly boolean[],
  state: number,
): { state: number; moved: number } {
  let [next, moved] = [state, 0];
  buffers.forEach((buffer, use) => {
    const how = at(flags, use);
    const was = kept(state, buffer);
    if (was === 0 && at(hasContents, buffer) && (how & OVERWRITES) === 0) moved += at(sizes, buffer);
    let is = was === 0 || was === DISCARDED ? CLEAN : was;
    if ((how & (WRITES | OVERWRITES)) !== 0) is = DIRTY;
    if ((how & DISCARDS) !== 0) is = DISCARDED;
    next = (next & ~(3 << (2 * buffer))) | (is << (2 * buffer));
  });
  return { state: next, moved };
}

function leave(
  { sizes }: Trace,
  others: readonly number[],
  leaving: number,
  state: number,
): { state: number; moved: number } {
  let [next, moved] = [state, 0];
  others.forEach((buffer, index) => {
    if (((leaving >> index) & 1) === 0) return;
    if (kept(state, buffer) === DIRTY) moved += at(sizes, buffer);
    next &= ~(3 << (2 * buffer));
  });
  return { state: next, moved };
}

function sizeOf({ sizes }: Trace, state: number): number {
  return sizes.reduce((sum, size, buffer) => sum + (kept(state, buffer) === 0 ? 0 : size), 0);
}
