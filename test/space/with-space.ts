/** A space for one test: closed afterwards, and at rest before that. */
import type { Limits, SpaceOptions } from 'fenceline';
import { Space } from 'fenceline';
import { expectAtRest } from './accounting.ts';

/** Small tables, so that running out of them and counting them is quick. */
export const smallLimits: Partial<Limits> = {
  timelines: 64,
  jobs: 256,
  buffers: 256,
  blocks: 1024,
  chunks: 512,
};

/** Runs `body` with a new space; whatever it made must be disposed of when it returns. */
export async function withSpace(options: SpaceOptions, body: (space: Space) => Promise<void>): Promise<void> {
  const space = Space.create({ budgetBytes: 2 ** 24, limits: smallLimits, ...options });
  try {
    await body(space);
    await expectAtRest(space);
  } finally {
    await space.close({ abort: true });
  }
}
