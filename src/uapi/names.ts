/**
 * What Linux calls things: drivers, timelines, contexts and numbers, of which it makes names for sync files.
 *
 * The library knows a timeline by its label; a register here says which kernel context the label stands for, and which
 * Linux number each of its points has. Names only: who is over, and when, is always asked of the library.
 */
import type { PointInfo } from '../index.ts';

/** The four parts of a kernel fence's name. */
export interface FenceName {
  readonly driver: string;
  readonly timeline: string;
  readonly context: number;
  readonly seqno: bigint;
  /** Of a node of a chain: what was there before it, a node or not. */
  readonly previous?: FenceName;
}

/** The context behind a timeline of the library. */
export interface Context {
  readonly driver: string;
  readonly timeline: string;
  readonly context: number;
  /** The Linux number of a point of it. */
  seqnoOf(point: number): bigint;
}

const chainDriver = 'dma_fence_chain';

/** What is over from the start and has no timeline. */
export const stubName: FenceName = { driver: 'stub', timeline: 'stub', context: 0, seqno: 0n };

export class Names {
  #contexts = 0;
  readonly #byLabel: Map<string, Context> = new Map();

  /** The next number of a context (dma_fence_context_alloc). */
  allocate(): number {
    return ++this.#contexts;
  }

  /** Says what a timeline of the library stands for. Context: the label is in use for no other. */
  register(label: string, context: Context): void {
    this.#byLabel.set(label, context);
  }

  contextOf(label: string): Context | undefined {
    return this.#byLabel.get(label);
  }

  /** The name of a point; the stub's for a point of no registered timeline. */
  nameOf(point: PointInfo): FenceName {
    const found = this.#byLabel.get(point.timeline);
    if (found === undefined) return stubName;
    return {
      driver: found.driver,
      timeline: found.timeline,
      context: found.context,
      seqno: found.seqnoOf(point.seqno),
    };
  }

  /** The name of an array of several points: a context of its own. */
  arrayName(): FenceName {
    return { driver: 'dma_fence_array', timeline: 'unbound', context: this.allocate(), seqno: 1n };
  }

  /** The name of the node that a point becomes on top of what is there (dma_fence_chain_init). */
  chainName(previous: FenceName | undefined, seqno: bigint): FenceName {
    const node = { driver: chainDriver, timeline: 'unbound' };
    if (previous === undefined) return { ...node, context: this.allocate(), seqno };
    if (!isChain(previous)) return { ...node, context: this.allocate(), seqno, previous };
    if (seqno > previous.seqno) return { ...node, context: previous.context, seqno, previous };
    return { ...node, context: this.allocate(), seqno: previous.seqno, previous };
  }

  /** What merging these makes: nothing pending a stub, one point itself, several an array. */
  mergedName(points: readonly PointInfo[]): FenceName {
    const pending = new Map(
      points.filter(({ status }) => status === 'pending').map((point) => [point.timeline, point]),
    );
    const [first] = pending.values();
    if (first === undefined) return stubName;
    return pending.size === 1 ? this.nameOf(latestOf(first.timeline, points)) : this.arrayName();
  }
}

/** Whether this names the node of a chain. */
export function isChain(name: FenceName | undefined): boolean {
  return name?.driver === chainDriver;
}

/** The newest node of that number, this one or one before it; undefined if there is none. */
export function nodeOf(name: FenceName | undefined, seqno: bigint): FenceName | undefined {
  for (let node = name; node !== undefined; node = node.previous) {
    if (isChain(node) && node.seqno === seqno) return node;
  }
  return undefined;
}

/** The name of a sync file that was given none (sync_file_get_name). */
export function autoName({ driver, timeline, context, seqno }: FenceName): string {
  return `${driver}-${timeline}${context}-${BigInt.asIntN(64, seqno)}`.slice(0, nameLengthMax);
}

/** How long a name of a sync file may be. */
export const nameLengthMax = 31;

function latestOf(timeline: string, points: readonly PointInfo[]): PointInfo {
  const own = points.filter((point) => point.timeline === timeline && point.status === 'pending');
  return own.reduce((latest, point) => (point.seqno > latest.seqno ? point : latest));
}
