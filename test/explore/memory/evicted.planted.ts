/** Bugs that the exploration must find; each is an edit of the sources that ship. */
import type { PlantedBug } from 'fenceline/check';

const bugs: readonly PlantedBug[] = [
  {
    name: 'a buffer is evicted while a job uses it',
    file: 'src/schedule/idle.ts',
    find: 'if (!isReturned(agent, point)) return false;',
    replace: '',
  },
  {
    name: 'a job runs on a buffer where nobody sees it',
    file: 'src/memory/residence.ts',
    find: 'return heap >= 0 ? residence === heap : residence === 0 || kindOfHeap(memory, residence) === HEAP_MEMORY;',
    replace: 'return heap >= 0 ? residence === heap : residence >= 0;',
  },
  {
    name: 'nothing is evicted for a job',
    file: 'src/schedule/place-all.ts',
    find: 'takeBlockEvicting(agent, request, buffer, heap))) return true;',
    replace: 'takeBlockIn(agent, buffer, heap))) return true;',
  },
  {
    name: 'contents are dropped instead of swapped out',
    file: 'src/memory/evict.ts',
    find: 'if (isClosed || !isNeeded(agent, victim)) {',
    replace: 'if (isClosed || isNeeded(agent, victim)) {',
  },
];
export default bugs;
