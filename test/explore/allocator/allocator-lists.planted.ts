/** Bugs that the exploration of lists and of descriptors that run out must find. */
import type { PlantedBug } from 'fenceline/check';

const bugs: readonly PlantedBug[] = [
  {
    name: 'a claim is not given back when the second one fails',
    file: 'src/memory/allocator.ts',
    find: '    if (behind >= 0) dropBlock(agent, behind);\n',
    replace: '',
  },
  {
    name: 'who leaves a list from its middle stays known to the one behind',
    file: 'src/memory/block-bins.ts',
    find: '  if (next !== 0) store(words, blockAt(memory, next - 1) + K_BIN_PREVIOUS, previous);\n',
    replace: '',
  },
  {
    name: 'the last of a class leaves its bit behind',
    file: 'src/memory/block-bins.ts',
    find: '  store(words, heap + P_CLASSES + (size >>> 5), bits);\n',
    replace: '',
  },
  {
    name: 'a merge lists the block with the size it had',
    file: 'src/memory/allocator.ts',
    find: '    whole = left;\n',
    replace:
      '    left < 0 ? 0 : listBlock(agent, heap, left, blockStart(agent, block) - blockStart(agent, left));\n    return;\n',
  },
];
export default bugs;
