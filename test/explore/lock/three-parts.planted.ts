/** Bugs that the exploration must find; each is an edit of the sources that ship. */
import type { PlantedBug } from 'fenceline/check';

const bugs: readonly PlantedBug[] = [
  {
    name: 'a bit is added to what the word was',
    file: 'src/lock/lock-graph.ts',
    find: '  or(memory.words, edgeWord(memory, kind, from, to), 1 << (to & 31));',
    replace:
      '  const at = edgeWord(memory, kind, from, to);\n  const was = load(memory.words, at);\n  cas(memory.words, at, was, was | (1 << (to & 31)));',
  },
];
export default bugs;
