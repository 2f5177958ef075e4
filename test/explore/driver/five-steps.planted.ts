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
    name: 'the memory that a buffer leaves is not given back',
    file: 'src/memory/move.ts',
    find: 'block, from);\n  freeBlock(agent, old);',
    replace: 'block, from);',
  },
  {
    name: 'the younger of two tickets never gives way',
    file: 'src/lock/ww-lock.ts',
    find: "if (ticket.rule === 'wait-die' && ticket.holding > 0 &&",
    replace: "if (ticket.rule === 'wait-die' && ticket.holding > 9 &&",
  },
];
export default bugs;
