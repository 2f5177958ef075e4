/** Bugs that the exploration must find; each is an edit of the sources that ship. */
import type { PlantedBug } from 'fenceline/check';

const bugs: readonly PlantedBug[] = [
  {
    name: 'the placement names the new block before the bytes are there',
    file: 'src/memory/move.ts',
    find: '} else if (!carryOver(agent, buffer, old, block)) {',
    replace: '} else if ((store(agent.words, at + B_PLACEMENT, block + 1), !carryOver(agent, buffer, old, block))) {',
  },
  {
    name: 'the old block is given back before the placement leaves it',
    file: 'src/memory/move.ts',
    find: '  retireBlock(agent, old);\n  invalidateLocked(agent, buffer);\n  store(agent.words, at + B_PLACEMENT, block + 1);',
    replace: '  retireBlock(agent, old);\n  freeBlock(agent, old);\n  store(agent.words, at + B_PLACEMENT, block + 1);',
  },
  {
    name: 'the old block is not given back',
    file: 'src/memory/move.ts',
    find: 'block, from);\n  freeBlock(agent, old);',
    replace: 'block, from);',
  },
  {
    name: 'contents that were written are taken for new memory',
    file: 'src/memory/move.ts',
    find: 'return load(memory.words, at + B_FRESH) === 0 &&',
    replace: 'return load(memory.words, at + B_FRESH) !== 0 &&',
  },
];
export default bugs;
