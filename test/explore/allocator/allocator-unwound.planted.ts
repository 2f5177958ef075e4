/** Bugs that the exploration of an unwound section must find. */
import type { PlantedBug } from 'fenceline/check';

const file = 'src/memory/block-repair.ts';
const bugs: readonly PlantedBug[] = [
  {
    name: 'a repair for itself loses what its section claimed',
    file,
    find: "    if (scope === 'all' || load(agent.words, blockAt(agent, block) + K_OWNER) === 0) dropBlock(agent, block);\n",
    replace: "    if (scope === 'all') dropBlock(agent, block);\n",
  },
  {
    name: 'a repair for itself forgets a free that was under way',
    file,
    find: "scope === 'self' && blockState(memory, block) === ALLOC ? ALLOC : VACANT;",
    replace: "scope === 'self' ? ALLOC : VACANT;",
  },
  {
    name: 'the owner is written while the lock is held',
    file: 'src/memory/allocator.ts',
    find: '  unlockHeap(agent, heap);\n  if (block === full) failForBlocks(agent);\n  if (block >= 0) store(words, blockAt(agent, block) + K_OWNER, buffer + 1);',
    replace:
      '  if (block >= 0) store(words, blockAt(agent, block) + K_OWNER, buffer + 1);\n  unlockHeap(agent, heap);\n  if (block === full) failForBlocks(agent);',
  },
  {
    name: 'an agent that finds its own name in the lock goes on as if nothing had happened',
    file: 'src/memory/heap-lock.ts',
    find: 'if (word === mine) return agent.index;',
    replace: 'if (word === mine) return noHolder;',
  },
];
export default bugs;
