import type { PlantedBug } from 'fenceline/check';

const bugs: readonly PlantedBug[] = [
  {
    name: 'looks for sleepers first',
    file: 'examples/check/semaphore.scenario.ts',
    find: 'Atomics.add(words, 0, 1);\n  if (Atomics.load(words, 1) > 0)',
    replace: 'const sleepers = Atomics.load(words, 1);\n  Atomics.add(words, 0, 1);\n  if (sleepers > 0)',
  },
];
export default bugs;
