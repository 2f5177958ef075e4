/** The same importer maps again for each use, under the lock, and lists the use there. */
import { Space } from 'fenceline';
import { attach, exportBuffer } from 'fenceline/driver';
import { timeline } from 'fenceline/sync';
import type { Run } from '../exhibit.ts';

export const run: Run = async (report) => {
  await using space = Space.create({ debug: { poison: true } });
  using dma = timeline(space, 'dma');
  using screen = timeline(space, 'screen');
  let base = 0x1000;
  const camera = { name: 'camera', map: async () => ({ base }), unmap: () => {}, release: () => {} };
  const frame = exportBuffer(space, camera, 'u8', [64]);
  const display = attach(frame, { name: 'display', cache: true, invalidate: () => {} });

  const show = (): Promise<number> =>
    space.transaction(async (tx) => {
      await tx.lock(frame);
      const pages = await display.map(tx);
      const isOver = screen.issue();
      display.use(tx, isOver, 'read');
      const seen = pages.base;
      screen.signal(isOver);
      return seen;
    });
  const before = await show();

  await space.transaction((tx) =>
    frame.moving(tx, async () => {
      base = 0x2000;
      const copied = dma.issue();
      dma.signal(copied);
      return copied;
    }),
  );

  const after = await show();
  if (before !== 0x1000 || after !== 0x2000) report(`It was shown from ${before} and ${after}.`);
  display.dispose();
  frame.dispose();
};
