/** Bugs that the exploration must find; each is an edit of the sources that ship. */
import type { PlantedBug } from 'fenceline/check';

const bugs: readonly PlantedBug[] = [
  {
    name: 'a job that never began keeps its room',
    file: 'src/schedule/complete.ts',
    find: '  giveRoomsBack(agent, job, uses);\n  const lane',
    replace: '  const lane',
  },
  {
    name: 'the last store of who was moving in stays missing',
    file: 'src/schedule/repair-jobs.ts',
    find: '      for (const { buffer } of usesOf(agent, job)) settleRoom(agent, buffer);\n',
    replace: '',
  },
  {
    name: 'what was swapped out is not given back',
    file: 'src/memory/room.ts',
    find: '  noteMemory(agent, TRACE_MOVED, buffer, room - 1, from);\n  freeBlock(agent, old);\n',
    replace: '  noteMemory(agent, TRACE_MOVED, buffer, room - 1, from);\n',
  },
  {
    name: 'a job begins before its room is where its buffer is',
    file: 'src/schedule/take.ts',
    find: '  if (isReplacing(use)) moveIntoRoom(agent, use.buffer);\n',
    replace: '',
  },
];
export default bugs;
