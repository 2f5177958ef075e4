/** Scheduling points per second: the explorer with all its checks, against hand-written generators under a bare driver. */
import { fileURLToPath } from 'node:url';
import { explore } from 'fenceline/check';
import { runMinimal } from '../../test/explore/engine/minimal-driver.ts';
import { interleave, speedRow } from '../rounds.ts';
import type { Row, Scale } from '../row.ts';

const parameters = {
  smoke: { rounds: 2, warmups: 1, executions: 500 },
  full: { rounds: 11, warmups: 1, executions: 200_000 },
};

/** From build/bench/rows; the explorer loads the source itself. */
const scenario = new URL('../../../test/explore/engine/scenarios/two-locks-bare.scenario.ts', import.meta.url);

export default async function rows(scale: Scale): Promise<readonly Row[]> {
  const { rounds, warmups, executions } = parameters[scale];
  let seed = 0;
  const measured = await interleave(
    [
      {
        name: 'ours',
        run: () =>
          perPoint(async () => {
            const report = await explore(scenario, { strategy: 'random', executions, seed: ++seed });
            if (report.failure !== undefined) throw new Error(report.failure.message);
            return { points: report.points, executions: report.executions };
          }),
      },
      { name: 'minimal', run: () => perPoint(async () => ({ points: runMinimal(executions), executions })) },
    ],
    rounds,
    warmups,
  );
  return [
    speedRow(measured, 'ours', 'minimal', 'points/s', {
      what: 'explored scheduling points, random',
      against: 'minimal generator driver',
      goal: { atLeast: 0.5 },
      note: `scenario ${fileURLToPath(scenario).split('/').at(-1)}; compiling it is part of the time.`,
    }),
  ];
}

/** Processor time by scheduling point: how many there are depends on the seed. */
async function perPoint(
  run: () => Promise<{ readonly points: number; readonly executions: number }>,
): Promise<{ nsPerOperation: number; result: unknown }> {
  const from = process.cpuUsage();
  const { points, executions } = await run();
  const { user, system } = process.cpuUsage(from);
  return { nsPerOperation: ((user + system) * 1e3) / points, result: executions };
}
