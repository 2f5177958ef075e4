/** An exporter that notes what is asked of it, for the tests of `fenceline/driver`. */
import type { Fence, SharedBuffer, Space, Transaction } from 'fenceline';
import { type Attachment, attach, type Exported, type Exporter, exportBuffer, type Importer } from 'fenceline/driver';
import { timeline } from 'fenceline/sync';

export interface Pages {
  readonly base: number;
}
export type Frame = Exported<'u8', readonly [16], Pages>;

export interface Camera {
  readonly frame: Frame;
  /** What its hooks were called for, in order. */
  readonly log: string[];
  /** Where its memory is. */
  base: number;
}

/** A buffer of a camera, which gives out where it is. */
export function camera(space: Space, hooks: Partial<Exporter<Pages>> = {}): Camera {
  const log: string[] = [];
  const made: { base: number; log: string[]; frame?: Frame } = { base: 0x1000, log };
  made.frame = exportBuffer(
    space,
    {
      name: 'camera',
      map: async (_buffer, _tx, { name, access }): Promise<Pages> => {
        log.push(`map ${name} ${access}`);
        return { base: made.base };
      },
      unmap: ({ base }) => log.push(`unmap ${base.toString(16)}`),
      release: (buffer) => log.push(`release ${buffer.id}`),
      ...hooks,
    } as Exporter<Pages>,
    'u8',
    [16],
  );
  return made as Camera;
}

/** A dynamic importer, and what it heard. */
export function follower(frame: Frame, options: Partial<Importer> = {}): { link: Attachment<Pages>; told: string[] } {
  const told: string[] = [];
  const link = attach(frame, { name: 'display', invalidate: () => told.push('stale'), ...options });
  return { link, told };
}

export function locked<R>(
  space: Space,
  buffer: SharedBuffer | Frame,
  body: (tx: Transaction) => Promise<R>,
): Promise<R> {
  return space.transaction(async (tx) => {
    await tx.lock(buffer as unknown as SharedBuffer);
    return body(tx);
  });
}

/** Moves the camera's memory; the fence is over once `signal` is called, or at once. */
export async function moveTo(space: Space, { frame }: Camera, made: Camera, base: number): Promise<void> {
  await space.transaction((tx) =>
    frame.moving(tx, async () => {
      made.base = base;
      return done(space);
    }),
  );
}

/** A fence that is over. */
export function done(space: Space): Fence {
  using line = timeline(space, 'done');
  const fence = line.issue();
  line.signal();
  return fence;
}

/** What the event loop still has to do about fences and hooks. */
export async function settled(look: () => boolean): Promise<void> {
  const end = performance.now() + 5000;
  while (!look() && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, 1));
}
