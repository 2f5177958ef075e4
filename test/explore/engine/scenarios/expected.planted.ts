import type { PlantedBug } from 'fenceline/check';

const file = 'engine/scenarios/expected.scenario.ts';
const bugs: readonly PlantedBug[] = [
  { name: 'too few', file, find: '    { one: 1, two: 0 },\n', replace: '' },
  { name: 'a stranger', file, find: '{ one: 0, two: 0 }', replace: '{ three: 0 } as object' },
];
export default bugs;
