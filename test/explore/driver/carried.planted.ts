/** Bugs that the exploration must find; each is an edit of the sources that ship. */
import type { PlantedBug } from 'fenceline/check';

const bugs: readonly PlantedBug[] = [
  {
    name: 'a block that is copied from is given back when the allocator is put right',
    file: 'src/memory/allocator.ts',
    find: "slotWord(ALLOC, agent.index, generationOf(word)));\n  assert(isMineNow, 'Only one agent keeps",
    replace: "slotWord(CLOSING, agent.index, generationOf(word)));\n  assert(isMineNow, 'Only one agent keeps",
  },
  {
    name: 'what the dead was copying home counts as copied',
    file: 'src/memory/device-heap.ts',
    find: "    if (isCopiedBy(agent, buffer, deadIndex)) loseContents(agent, buffer, codeNumber('EOWNERDEAD'));\n",
    replace: '',
  },
  {
    name: 'who waits for the copy is let go before what was lost is said',
    file: 'src/repairs.ts',
    find: '  repairDeviceHeaps,\n  repairBufferLocks,\n  repairUserLocks,\n  repairTickets,\n  repairTimelines,\n',
    replace: '  repairBufferLocks,\n  repairUserLocks,\n  repairTickets,\n  repairTimelines,\n  repairDeviceHeaps,\n',
  },
];
export default bugs;
