/** An importer that can follow maps its buffer once, and looks at the addresses whenever it likes. */
import { Space } from 'fenceline';
import { attach, exportBuffer } from 'fenceline/driver';
import { timeline } from 'fenceline/sync';
import type { Run } from '../exhibit.ts';

export const run: Run = async (report) => {
  await using space = Space.create({ debug: { poison: true } });
  using dma = timeline(space, 'dma');
  let base = 0x1000;
  const camera = { name: 'camera', map: async () => ({ base }), unmap: () => {}, release: () => {} };
  const frame = exportBuffer(space, camera, 'u8', [64]);
  const display = attach(frame, { name: 'display', invalidate: () => {} });

  const pages = await space.transaction(async (tx) => {
    await tx.lock(frame);
    return display.map(tx);
  });
  const shown = [pages.base];

  // The exporter finds a better place, and gives the old one to somebody else.
  await space.transaction((tx) =>
    frame.moving(tx, async () => {
      base = 0x2000;
      const copied = dma.issue();
      dma.signal(copied);
      return copied;
    }),
  );

  try {
    shown.push(pages.base);
  } catch (error) {
    report(error instanceof Error ? error.message : 'something that is no error');
  }
  display.dispose();
  frame.dispose();
};
