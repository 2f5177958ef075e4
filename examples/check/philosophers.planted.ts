import type { PlantedBug } from 'fenceline/check';

const bugs: readonly PlantedBug[] = [
  {
    name: 'all left first',
    file: 'examples/check/philosophers.scenario.ts',
    find: 'eat(words, 0, 2)',
    replace: 'eat(words, 2, 0)',
  },
];
export default bugs;
