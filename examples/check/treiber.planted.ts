import type { PlantedBug } from 'fenceline/check';

const bugs: readonly PlantedBug[] = [
  {
    name: 'ABA',
    file: 'examples/check/treiber.scenario.ts',
    find: '(((old >>> 8) + 1) << 8) | node',
    replace: '((old >>> 8) << 8) | node',
  },
];
export default bugs;
