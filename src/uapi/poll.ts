/**
 * poll(2) on the files of the facade.
 *
 * A sleeping poll listens on the file that its descriptor stood for when it began, and looks again, whenever it is woken, at
 * what the descriptor stands for by then: nothing (NVAL), or another file. So does Linux.
 */

import type { ErrnoName } from './errno.ts';
import type { EventFile } from './event-fd.ts';
import type { OpenFile } from './file-table.ts';
import type { DmaBufFile } from './gem.ts';
import { letGo } from './let-go.ts';
import type { SyncFileHandle } from './sync-file.ts';
import { timeLimit } from './sync-object-wait.ts';
import type { System } from './system.ts';

export const POLL_IN = 1;
export const POLL_OUT = 4;
export const POLL_NVAL = 32;

/** What is ready of what was asked for. A descriptor below 0 is passed over. */
export function poll(system: System, fd: number, events: number): number {
  if (fd < 0) return 0;
  const file = system.files.at(fd);
  return file === undefined ? POLL_NVAL : readyOf(file) & events;
}

/** The same, sleeping until something is. Outcomes: what is ready; 0 when the time is up; or that it was interrupted. */
export async function pollLater(
  system: System,
  fd: number,
  events: number,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<number | ErrnoName> {
  const now = poll(system, fd, events);
  if (now !== 0 || timeoutMs === 0) return now;
  const file = fd < 0 ? undefined : system.files.at(fd);
  if (file !== undefined) system.files.hold(file);
  const limit = timeLimit(system, timeoutMs, signal);
  try {
    return await new Promise<number | ErrnoName>((resolve) => {
      let stop = (): void => {};
      const look = (why?: ErrnoName): void => {
        stop();
        const outcome = outcomeOf(poll(system, fd, events), why);
        if (outcome !== undefined) {
          resolve(outcome);
          return;
        }
        // A sync file is over once. What a buffer waits for may have become more meanwhile.
        if (file !== undefined && file.kind !== 'sync_file' && system.files.at(fd) === file) {
          stop = listen(file, events, () => look());
        }
      };
      limit.signal.addEventListener('abort', () => look(limit.why), { once: true });
      if (file !== undefined) stop = listen(file, events, () => look());
    });
  } finally {
    limit.letGo();
    if (file !== undefined) system.files.drop(file);
  }
}

/** What is ready counts, also when the time is up. Undefined: go on sleeping. */
function outcomeOf(ready: number, why: ErrnoName | undefined): number | ErrnoName | undefined {
  if (ready !== 0) return ready;
  return why === 'ETIME' ? 0 : why;
}

/** What is ready of a file. Files without a poll of their own are always ready; of a pipe that nobody uses only the write end is. */
function readyOf(file: OpenFile): number {
  switch (file.kind) {
    case 'sync_file':
      return (file as SyncFileHandle).file.status === 'pending' ? 0 : POLL_IN;
    case 'dmabuf': {
      const { fences } = (file as DmaBufFile).object;
      return (fences.isReady('read') ? POLL_IN : 0) | (fences.isReady('write') ? POLL_OUT : 0);
    }
    case 'eventfd':
      return POLL_OUT | ((file as EventFile).count > 0n ? POLL_IN : 0);
    case 'pipe':
      return 0;
    case 'pipe-end':
      return POLL_OUT;
    default:
      return POLL_IN | POLL_OUT;
  }
}

/** Calls `wake` when one of the events may have become ready; at least once after it did. Outcomes: what prevents that. */
function listen(file: OpenFile, events: number, wake: () => void): () => void {
  const listeners: Disposable[] = [];
  if (file.kind === 'sync_file') listeners.push((file as SyncFileHandle).file.fence.onSettled(() => wake()));
  if (file.kind === 'dmabuf') {
    const { fences } = (file as DmaBufFile).object;
    if ((events & POLL_IN) !== 0) listeners.push(fences.onReady('read', wake));
    if ((events & POLL_OUT) !== 0) listeners.push(fences.onReady('write', wake));
  }
  if (file.kind === 'eventfd') {
    const { listeners: set } = file as EventFile;
    set.add(wake);
    return () => set.delete(wake);
  }
  return () => {
    for (const listener of listeners) letGo(listener);
  };
}
