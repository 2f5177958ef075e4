/**
 * Which buffers of a sequence Linux has made forget a pending fence, and what was made of them since.
 *
 * A fence replaces one of its context that is not later. Numbers of sw_sync wrap at 32 bits, so one that was over when it
 * was made can be later than one that is pending, which Linux then drops from the reservation. From there on whatever asks
 * that buffer gets another answer there.
 */
import type { ListedFence } from '../uapi.ts';
import type { Session } from './session.ts';
import type { Operation } from './trace.ts';

export class Forgotten {
  readonly #session: Session;
  /** Names of buffers, of sync files exported from them, of fences attached to them, and of waits for any of these. */
  readonly #names: Set<string> = new Set();

  #exports = 0;

  constructor(session: Session) {
    this.#session = session;
  }

  /** Takes note of an operation that has run. */
  note({ name, args }: Operation): void {
    const [first = '', second = '', third = ''] = args;
    if (name === 'db_import' && this.#forgets(first)) this.#names.add(first);
    if (this.#names.size === 0) return;
    if ((name === 'db_export' || name === 'sf_merge') && (this.has(second) || this.has(third))) this.#exports++;
    if (name === 'db_import' && this.has(second)) this.#names.add(first);
    if (makers.has(name) && (this.has(second) || (name === 'sf_merge' && this.has(third)))) this.#names.add(first);
  }

  /** How many contexts we may have taken that Linux has not: one for each array with what it has forgotten. */
  get contexts(): number {
    return this.#exports;
  }

  /** Whether a name stands for such a buffer, or for what came of it. */
  has(name: string): boolean {
    if (this.#names.has(name)) return true;
    const fd = this.#session.fdOf(name);
    if (fd < 0) return false;
    return [...this.#names].some((other) => {
      const otherFd = this.#session.fdOf(other);
      return otherFd >= 0 && this.#session.api.isSameFile(fd, otherFd);
    });
  }

  #forgets(buffer: string): boolean {
    const { fences = [] } = this.#session.api.dmaBufInfo(this.#session.fdOf(buffer));
    return fences.some((fence) => fence.status === 0 && fences.some((other) => isLaterThough(other, fence)));
  }
}

/** Operations that make something of their second argument under the name of their first. */
const makers: ReadonlySet<string> = new Set([
  ...['dup', 'sf_merge', 'db_export', 'bo_imp', 'bo_fd', 'vg_attach', 'poll_async', 'db_async'],
]);

/** Whether one that is over is later than a pending one by 32-bit numbers. */
function isLaterThough(over: ListedFence, pending: ListedFence): boolean {
  if (over.status === 0 || pending.driver !== 'sw_sync' || over.timeline !== pending.timeline) return false;
  return BigInt.asIntN(32, over.seqno - pending.seqno) > 0n;
}
