/** Bugs that the explorations must find: each is one wrong edit of a file that ships. Found by allocator.scenario.ts. */
import type { PlantedBug } from 'fenceline/check';

const bugs: readonly PlantedBug[] = [
  {
    name: 'publishes a descriptor before it is filled',
    file: 'src/memory/block-chain.ts',
    find: '  store(words, at + K_HEAP, heapIndex);',
    replace: '  store(words, blockAt(agent, left) + K_NEXT, block + 1);\n  store(words, at + K_HEAP, heapIndex);',
  },
  {
    name: 'absorbs a neighbour without naming it first',
    file: 'src/memory/block-chain.ts',
    find: '  setBlockState(agent, block, ALLOC, agent.index);\n',
    replace: '',
  },
  {
    name: 'a merge forgets the link back',
    file: 'src/memory/block-chain.ts',
    find: 'if (next >= 0) store(words, blockAt(agent, next) + K_PREVIOUS, left + 1);',
    replace: '',
  },
  {
    name: 'vacates the remainder before it is in the chain',
    file: 'src/memory/allocator.ts',
    find: 'insertBlock(agent, heapIndex, vacant, behind, to);\n    setBlockState(agent, behind, VACANT, nobody);',
    replace: 'setBlockState(agent, behind, VACANT, nobody);\n    insertBlock(agent, heapIndex, vacant, behind, to);',
  },
  {
    name: 'counts a free after giving the lock back',
    file: 'src/memory/allocator.ts',
    find: '  store(words, heap + P_USED, load(words, heap + P_USED) - units);\n  unlockHeap(agent, heap);',
    replace: '  unlockHeap(agent, heap);\n  store(words, heap + P_USED, load(words, heap + P_USED) - units);',
  },
  {
    name: 'a free does not name the one who frees',
    file: 'src/memory/allocator.ts',
    find: '  if (!isMine(agent, block, ALLOC) && !isMine(agent, block, CLOSING)) retireBlock(agent, block);\n',
    replace: '  setBlockState(agent, block, LIVE, nobody);\n',
  },
  {
    name: 'a repair frees what a placement names',
    file: 'src/memory/block-repair.ts',
    find: '  if (owner !== 0 && isNamedBy(memory, owner - 1, block)) return LIVE;\n',
    replace: '',
  },
  {
    name: 'a repair lists blocks on top of the lists it found',
    file: 'src/memory/block-repair.ts',
    find: '  clearBins(agent, heap);\n',
    replace: '  load(words, heap);\n',
  },
  {
    name: 'a repair leaves vacant neighbours apart',
    file: 'src/memory/block-repair.ts',
    find: 'if (isVacant && vacant >= 0) {',
    replace: 'if (isVacant && vacant >= 0 && block < vacant) {',
  },
];
export default bugs;
