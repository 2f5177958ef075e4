/**
 * Every bound of a space, in one place: name, default, maximum. Running into one is an ENOSPC that names it.
 *
 * Not here: the words behind the bounds (layout.ts), and bounds of time (a wait's own `timeoutMs`).
 */
import { fail } from './errors.ts';

export interface Limits {
  /** Threads in a space at once. 30 bits of an interest word, one bit "look further", 32 bits in the overflow word. */
  readonly agents: number;
  /** Timelines that users create. Those of jobs are apart: every job slot brings its own. */
  readonly timelines: number;
  /** Jobs submitted and not yet collected; also mappings and promises under way, which are jobs without a kernel. */
  readonly jobs: number;
  readonly buffers: number;
  /** Blocks of payload memory, used and free, over all heaps. */
  readonly blocks: number;
  /** KiB-sized pieces that hold what does not fit a slot: arguments, results, errors, long fence lists. */
  readonly chunks: number;
  /** Sync objects (`fenceline/sync`). */
  readonly syncObjects: number;
  /** ww locks of users (`fenceline/sync`); those of buffers are apart. */
  readonly locks: number;
  readonly heaps: number;
  /** Events a trace ring holds per agent; 0 turns tracing off, and then it costs a branch. */
  readonly traceEvents: number;
  /** Classes of locks that the validator tells apart; 0 turns it off. Memory grows with the square: 0.6 MiB for 256. */
  readonly lockClasses: number;
  /** Importers attached to exported buffers (`fenceline/driver`). */
  readonly attachments: number;
  /** Clients with an account of their own at once (`space.client`). */
  readonly clients: number;
}

export const defaultLimits: Limits = {
  agents: 62,
  timelines: 4096,
  jobs: 1024,
  buffers: 16_384,
  blocks: 32_768,
  chunks: 4096,
  syncObjects: 1024,
  locks: 1024,
  heaps: 8,
  traceEvents: 0,
  lockClasses: 0,
  attachments: 1024,
  clients: 16,
};

/** What a layout can carry: agents by the interest words, the rest by 20-bit indexes and sane memory. */
export const maximumLimits: Limits = {
  agents: 62,
  timelines: 65_536,
  jobs: 16_384,
  buffers: 131_072,
  blocks: 262_144,
  chunks: 65_536,
  syncObjects: 65_536,
  locks: 65_536,
  heaps: 15,
  traceEvents: 1_048_576,
  lockClasses: 1024,
  attachments: 65_536,
  clients: 256,
};

/** Tickets an agent may have open at once: for transactions (async code runs several), then one for what others wait for, one for admitting jobs. */
export const userTickets = 16;
export const ticketsPerAgent: number = userTickets + 2;
/** Points a reservation holds; signalled ones are dropped first. */
export const pointsPerReservation = 64;
/** Points a sync object holds; signalled ones are dropped first. */
export const pointsPerSyncObject = 65_536;
/** Parts a split job is cut into at most. */
export const partsPerJob = 62;
/** Buffers one job names. */
export const usesPerJob = 64;
/** Pools of workers in a space. */
export const poolsPerSpace = 16;

/** Fills in defaults. Outcomes: the limits, or EINVAL naming the first bad one. */
export function completeLimits(given: Partial<Limits> = {}): Limits {
  const limits: Limits = { ...defaultLimits, ...given };
  for (const name of Object.keys(defaultLimits) as (keyof Limits)[]) {
    const value = limits[name];
    const least = name === 'traceEvents' || name === 'lockClasses' ? 0 : 1;
    if (Number.isInteger(value) && value >= least && value <= maximumLimits[name]) continue;
    fail('EINVAL', `The limit ${name} (${value}) is not a whole number from ${least} to ${maximumLimits[name]}.`, {
      argument: `limits.${name}`,
    });
  }
  return limits;
}
