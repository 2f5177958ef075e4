import type { PlantedBug } from '#fenceline/explore/index.js';

const bugs: readonly PlantedBug[] = [
  {
    name: 'looks for waiters first',
    file: 'semaphore.ts',
    find: 'add(words, 0, 1);\n  if (load(words, 1) > 0) notifyAll(words, 0);',
    replace: 'const sleepers = load(words, 1);\n  add(words, 0, 1);\n  if (sleepers > 0) notifyAll(words, 0);',
  },
];
export default bugs;
