/** The same scenarios with wider bounds: an agent dies at every step of each, and one preemption where nobody dies. */
import { check, type Limits } from 'fenceline/check';
import { expect, test } from 'vitest';

const names = [
  ...['in-order', 'overlapping', 'independent', 'split', 'foreign', 'locked', 'memory', 'crossed', 'cancelled'],
  ...['leaver', 'rerun', 'transfers', 'transfers-three', 'opened', 'closed', 'sync-object', 'finished'],
  ...['one-slot', 'memory-pairs', 'mapped', 'deserted', 'orphaned'],
  ...['again', 'queue-order', 'strangers', 'thrown', 'overdue', 'cancelled-pool', 'filled', 'once', 'own-budget'],
];

/** Only their worker dies: what the scenario says of an outcome would not hold otherwise. */
const workerOnly = new Set(['leaver', 'rerun', 'again', 'once']);
/** Their second worker does what the first one does. */
const twins = new Set(['overlapping', 'independent', 'split', 'one-slot', 'thrown']);

function whoDies(name: string): true | readonly string[] {
  if (workerOnly.has(name)) return ['worker'];
  if (name === 'filled') return ['main'];
  return twins.has(name) ? ['main', 'worker'] : true;
}

/** Seconds one search may take: what is left then is said, and is not proven. FENCELINE_SECONDS gives them more. */
const secondsMax = Number(process.env.FENCELINE_SECONDS ?? 30);

async function search(name: string, limits: Limits): Promise<void> {
  const url = new URL(`./${name}.scenario.ts`, import.meta.url);
  const report = await check(url, { seconds: secondsMax, ...limits });
  const bound = report.isComplete ? 'complete' : 'not complete';
  console.log(
    `${name}: ${report.executions} executions, ${report.points} points, ${bound}, ${report.seconds.toFixed(2)} s`,
  );
  expect(report.isComplete || report.seconds >= secondsMax).toBe(true);
}

test.each(names)('%s holds with a death at every step', (name) =>
  search(name, { preemptions: 0, killAgents: whoDies(name) }),
);

test.each(names)('%s holds with a preemption', (name) => search(name, { preemptions: 1, killAgents: false }));

test.each(names)('%s holds in random orders with deaths anywhere', async (name) => {
  const limits = {
    strategy: 'random',
    executions: 3000,
    seed: 7,
    killAgents: whoDies(name),
    seconds: secondsMax,
  } as const;
  await check(new URL(`./${name}.scenario.ts`, import.meta.url), limits);
});

// Nobody dies in these: their threads stand for ones that cannot be stopped, or need each other; and with a list of one
// place (room) the point that a dead admitter leaves of a job takes the place that the job itself needs.
test.each(['meeting', 'given-up', 'room'])('%s holds with a preemption', (name) =>
  search(name, { preemptions: 1, killAgents: false }),
);

// Its assertion is about the order that living workers keep.
test('reused holds with a preemption', () => search('reused', { preemptions: 1, killAgents: false }));
