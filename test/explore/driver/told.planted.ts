/** Bugs that the exploration must find; each is an edit of the sources that ship. */
import type { PlantedBug } from 'fenceline/check';

const bugs: readonly PlantedBug[] = [
  {
    name: 'a move leaves the epoch as it is',
    file: 'src/buffer/exports.ts',
    find: '  add(agent.words, bufferAt(agent, buffer) + B_EPOCH, 1);\n  // One load',
    replace: '  // One load',
  },
  {
    name: 'the importers of the mover itself are not told',
    file: 'src/buffer/exports.ts',
    find: '  agent.onInvalidate?.(buffer);',
    replace: '',
  },
  {
    name: 'the importers of other agents are not rung',
    file: 'src/buffer/exports.ts',
    find: 'if (importer >= 0 && importer !== agent.index) ring(agent, importer, exportHint(buffer));',
    replace: '',
  },
  {
    name: 'importers are rung about another buffer',
    file: 'src/buffer/exports.ts',
    find: 'importer !== agent.index) ring(agent, importer, exportHint(buffer));',
    replace: 'importer !== agent.index) ring(agent, importer, exportHint(buffer + 1));',
  },
  {
    name: 'the epoch grows after the buffer has moved',
    file: 'src/memory/move.ts',
    find: '  invalidateLocked(agent, buffer);\n  store(agent.words, at + B_PLACEMENT, block + 1);\n',
    replace: '  store(agent.words, at + B_PLACEMENT, block + 1);\n  invalidateLocked(agent, buffer);\n',
  },
];
export default bugs;
