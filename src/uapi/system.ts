/** What every part of the facade shares: the space underneath, the clock, descriptors and names. */
import type { Space } from '../index.ts';
import type { UapiClock } from './clock.ts';
import { FileTable } from './file-table.ts';
import { Names } from './names.ts';

export interface System {
  readonly space: Space;
  readonly files: FileTable;
  readonly names: Names;
  /** Calls `fn` after so many milliseconds; what it returns prevents that. */
  readonly after: UapiClock['after'];
  /** The option that stamps a signal with the facade's time, or nothing where the library's own clock counts. */
  stamp(): { atMs?: number };
  /** The same for what was over before anything began: the stub that all share. */
  readonly stampOfStub: { atMs?: number };
}

export function createSystem(space: Space, clock: Pick<UapiClock, 'after'> & Partial<UapiClock>): System {
  const stamp = (): { atMs?: number } => (clock.now === undefined ? {} : { atMs: clock.now() });
  return {
    space,
    files: new FileTable(),
    names: new Names(),
    after: (ms, fn) => clock.after(ms, fn),
    stamp,
    stampOfStub: stamp(),
  };
}
