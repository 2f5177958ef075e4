import type { PlantedBug } from 'fenceline/check';

const file = 'peterson.ts';
const bugs: readonly PlantedBug[] = [
  {
    name: 'turn before wish',
    file,
    find: 'store(words, me, 1);\n  store(words, 2, me);',
    replace: 'store(words, 2, me);\n  store(words, me, 1);',
  },
  { name: 'waits for its own turn', file, find: 'load(words, 2) === me', replace: 'load(words, 2) !== me' },
  { name: 'never leaves', file, find: 'store(words, me, 0);', replace: 'store(words, me, 1);' },
  { name: 'no turn', file, find: ' && load(words, 2) === me', replace: '' },
];
export default bugs;
