/** Asking a fence whether it is over, in both cases; exact over 2^53, and safe against reuse of the timeline. */

import type { Agent } from '#fenceline/cells/memory.js';
import type { Point } from '#fenceline/fence/points.js';
import { PENDING, pointStatus } from '#fenceline/fence/points.js';
import { createTimeline, issue, signal } from '#fenceline/fence/timeline.js';
import { openCore } from '../core.ts';
import { lookRaw } from '../limits/is-signaled.ts';
import { costRow, interleave, timed } from '../rounds.ts';
import type { Row, Scale } from '../row.ts';

const parameters = {
  smoke: { rounds: 5, warmups: 1, operations: 10_000 },
  full: { rounds: 101, warmups: 10, operations: 100_000 },
};

export default async function rows(scale: Scale): Promise<readonly Row[]> {
  const { rounds, warmups, operations } = parameters[scale];
  const { agent } = openCore();
  const writer = createTimeline(agent);
  for (let i = 0; i < 8; i++) issue(agent, writer);
  signal(agent, writer, 4);
  const { timeline, generation } = writer;
  const words = new Int32Array(new SharedArrayBuffer(64));
  Atomics.store(words, 0, 4);
  const measured: Row[] = [];
  for (const [state, seqno] of [
    ['signalled', 4],
    ['pending', 5],
  ] as const) {
    const point: Point = { timeline, generation, seqno };
    const times = await interleave(
      [
        { name: 'ours', run: () => timed(operations, () => look(agent, point, operations)) },
        { name: 'raw', run: () => timed(operations, () => lookRaw(words, seqno, operations)) },
      ],
      rounds,
      warmups,
    );
    measured.push(
      costRow(times, 'ours', 'raw', {
        what: `isSignaled, ${state}`,
        against: 'one load (32 bits)',
        goal: { atMost: 2 },
      }),
    );
  }
  return measured;
}

function look(agent: Agent, point: Point, count: number): number {
  let reached = 0;
  for (let i = 0; i < count; i++) if (pointStatus(agent, point) !== PENDING) reached++;
  return reached;
}
