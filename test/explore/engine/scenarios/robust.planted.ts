import type { PlantedBug } from 'fenceline/check';

const file = 'robust.ts';
const bugs: readonly PlantedBug[] = [
  {
    name: 'repair tells nobody',
    file,
    find: 'cas(words, 0, dead, 0);\n  notifyAll(words, 0);',
    replace: 'cas(words, 0, dead, 0);',
  },
  {
    name: 'release tells nobody',
    file,
    find: 'store(words, 0, 0);\n  notifyAll(words, 0);',
    replace: 'store(words, 0, 0);',
  },
  { name: 'no repair', file, find: 'cas(words, 0, dead, 0);', replace: '' },
];
export default bugs;
