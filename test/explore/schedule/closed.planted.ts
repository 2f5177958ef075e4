/** Bugs that the exploration must find; each is an edit of the sources that ship. */
import type { PlantedBug } from 'fenceline/check';

const bugs: readonly PlantedBug[] = [
  {
    name: 'nobody waits for the last fence of a closed buffer',
    file: 'src/memory/release.ts',
    find: '      if (!agent.pump.isClosed) watchPoints(agent, pending, () => lookAgain(agent, buffer));\n',
    replace: '',
  },
  {
    name: 'a fence that ends during the look is missed',
    file: 'src/memory/release.ts',
    find: 'if (holderOf(agent, lockOf(agent, buffer)) >= 0) return;',
    replace: 'return;',
  },
  {
    name: 'the memory of a closed buffer is not given back',
    file: 'src/memory/placement.ts',
    find: '    freeBlock(agent, block);\n  }\n  freeSlot(agent.words, at + B_STATE);',
    replace: '  }\n  freeSlot(agent.words, at + B_STATE);',
  },
];
export default bugs;
