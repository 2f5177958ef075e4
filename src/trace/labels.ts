/** What the things of a trace are called: by their names where this thread knows them, else by number. */
import { B_LOCK, BUFFER_WORDS, U_LOCK, USER_LOCK_WORDS } from '../base/layout.ts';
import { TRACE_BEGIN, TRACE_SUBMIT } from '../cells/trace.ts';
import type { TraceEvent } from '../cells/trace-ring.ts';
import type { Core } from '../core.ts';
import { nameOfKernel } from '../kernel-names.ts';
import { nameOfTimeline } from '../point-info.ts';
import { nameOfBuffer } from '../report.ts';

export class Labels {
  readonly #core: Core;
  /** Kernels by job: lane and seqno. */
  readonly #jobs: Map<string, string> = new Map();

  /** @param events Those that are to be named: they say what the jobs among them are. */
  constructor(core: Core, events: readonly TraceEvent[]) {
    this.#core = core;
    for (const event of events) {
      if (isOfKernel(event)) this.#jobs.set(jobKey(event), this.#kernel(event));
    }
  }

  /** A job by the kernel it runs. */
  job(event: TraceEvent): string {
    if (isOfKernel(event)) return this.#kernel(event);
    return this.#jobs.get(jobKey(event)) ?? `job ${event.subject - this.#core.agent.layout.limits.timelines}`;
  }

  /** A timeline of users with the number of the point; a job for a point of its lane. */
  point(event: TraceEvent): string {
    const { subject, generation, point } = event;
    if (subject >= this.#core.agent.layout.limits.timelines) return this.job(event);
    const known = nameOfTimeline(this.#core, { timeline: subject, generation });
    const name = known === String(subject) ? `timeline ${subject}` : known;
    return point === 0 ? name : `${name} ${point}`;
  }

  /** A lock by the buffer it belongs to, or one of users by its number. */
  lock({ subject }: TraceEvent): string {
    const { layout } = this.#core.agent;
    const lock = (subject - layout.locks - U_LOCK) / USER_LOCK_WORDS;
    if (lock >= 0 && lock < layout.limits.locks) return `lock ${lock}`;
    return nameOfBuffer(this.#core, (subject - layout.buffers - B_LOCK) / BUFFER_WORDS);
  }

  /** A buffer, or what this thread calls whatever has its slot by now. */
  buffer({ subject }: TraceEvent): string {
    return nameOfBuffer(this.#core, subject);
  }

  /** A heap by its name. */
  heap(heap: number): string {
    return this.#core.heapNames[heap] ?? `heap ${heap}`;
  }

  #kernel({ generation, detail }: TraceEvent): string {
    if (detail < 0) return 'local';
    return nameOfKernel(this.#core, generation - 1, detail & 0xffff);
  }
}

function isOfKernel({ kind }: TraceEvent): boolean {
  return kind === TRACE_SUBMIT || kind === TRACE_BEGIN;
}

/** One use of a job slot. */
export function jobKey({ subject, point }: TraceEvent): string {
  return `${subject}.${point}`;
}
