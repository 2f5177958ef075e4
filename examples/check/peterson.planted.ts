import type { PlantedBug } from 'fenceline/check';

const file = 'examples/check/peterson.scenario.ts';
const bugs: readonly PlantedBug[] = [
  {
    name: 'turn before wish',
    file,
    find: 'Atomics.store(words, me, 1);\n  Atomics.store(words, 2, me);',
    replace: 'Atomics.store(words, 2, me);\n  Atomics.store(words, me, 1);',
  },
];
export default bugs;
