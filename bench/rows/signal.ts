/** Signalling with nobody waiting. */
import { completedOf, createTimeline, issue, signal } from '#fenceline/fence/timeline.js';
import { openCore } from '../core.ts';
import { signalRaw } from '../limits/signal.ts';
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
  const words = new Int32Array(new SharedArrayBuffer(64));
  const measured = await interleave(
    [
      {
        name: 'ours',
        run: () => {
          const from = writer.issued;
          for (let i = 0; i < operations; i++) issue(agent, writer);
          return timed(operations, () => {
            for (let seqno = from + 1; seqno <= from + operations; seqno++) signal(agent, writer, seqno);
            return completedOf(agent, writer.timeline) - from;
          });
        },
      },
      {
        name: 'raw',
        run: () => {
          const from = Atomics.load(words, 0);
          return timed(operations, () => signalRaw(words, from, operations) - from);
        },
      },
    ],
    rounds,
    warmups,
  );
  return [
    costRow(measured, 'ours', 'raw', {
      what: 'signal, nobody waiting',
      against: 'one store + one load',
      goal: { atMost: 1.3 },
    }),
  ];
}
