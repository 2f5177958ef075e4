import type { PlantedBug } from 'fenceline/check';

const file = 'bulk.ts';
const bugs: readonly PlantedBug[] = [
  {
    name: 'flag before set',
    file,
    find: 'bytes.set([1, 2, 3], 3);\n  store(words, 0, 1);',
    replace: 'store(words, 0, 1);\n  bytes.set([1, 2, 3], 3);',
  },
  { name: 'flag before fill', file, find: 'bytes.fill(9);', replace: 'store(words, 0, 1);\n  bytes.fill(9);' },
  { name: 'set too early', file, find: 'set([1, 2, 3], 3)', replace: 'set([1, 2, 3], 2)' },
];
export default bugs;
