/**
 * Bugs that the exploration of waiting for memory must find. (To look who waits inside of the section would be right:
 * whoever waits tries once more after it entered the set, and that takes the lock.)
 */
import type { PlantedBug } from 'fenceline/check';

const enter = '  const heap = enterHeap(agent, load(words, blockAt(agent, block) + K_HEAP));\n';
const free = `  const units = blockEnd(agent, heap, block) - blockStart(agent, block);
  store(words, blockAt(agent, block) + K_OWNER, 0);
  vacate(agent, heap, block);
  store(words, heap + P_USED, load(words, heap + P_USED) - units);
  unlockHeap(agent, heap);
  add(words, H_FREED, 1);
`;
const look = '  if (load(words, H_QUEUED_INTEREST) === 0) return;\n';
const ring = '  ringAgents(agent, takeAgents(words, H_QUEUED_INTEREST, H_QUEUED_OVERFLOW), -1);\n';

const file = 'src/memory/allocator.ts';
const bugs: readonly PlantedBug[] = [
  {
    name: 'a free looks who waits before it frees',
    file,
    find: enter + free + look,
    replace: `  const waiting = load(words, H_QUEUED_INTEREST);\n${enter}${free}  if (waiting === 0) return;\n`,
  },
  {
    name: 'a free takes who waits before it frees',
    file,
    find: enter + free + look + ring,
    replace: `  const waiting = takeAgents(words, H_QUEUED_INTEREST, H_QUEUED_OVERFLOW);\n${enter}${free}  ringAgents(agent, waiting, -1);\n`,
  },
  {
    name: 'a free rings before it frees',
    file,
    find: enter + free + look + ring,
    replace: `${ring}${enter}${free}`,
  },
  { name: 'a free rings nobody', file, find: ring, replace: '' },
];
export default bugs;
