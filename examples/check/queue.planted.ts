import type { PlantedBug } from 'fenceline/check';

const file = 'examples/check/queue.scenario.ts';
const bugs: readonly PlantedBug[] = [
  {
    name: 'published before it is written',
    file,
    find: 'words[turn + 1] = item;\n      Atomics.store(words, turn, number + 1);',
    replace: 'Atomics.store(words, turn, number + 1);\n      words[turn + 1] = item;',
  },
  {
    name: 'claimed by a read and a write',
    file,
    find: 'seen === number && Atomics.compareExchange(words, 0, number, number + 1) === number',
    replace: 'seen === number && Atomics.store(words, 0, number + 1)',
  },
  {
    name: 'no ring for producers',
    file,
    find: 'number + places);\n    Atomics.notify(words, turn);',
    replace: 'number + places);',
  },
];
export default bugs;
