/** Bugs that the exploration must find; each is an edit of the sources that ship. */
import type { PlantedBug } from 'fenceline/check';

const bugs: readonly PlantedBug[] = [
  {
    name: 'a victim is not looked at again under its lock',
    file: 'src/memory/evict.ts',
    find: 'if (residenceOf(agent, victim) !== heap || isPinned(agent, victim) || !request.isIdle(agent, victim)) return false;',
    replace: '',
  },
  {
    name: 'a pin is no hindrance',
    file: 'src/memory/pins.ts',
    find: 'return first !== 0 || rest !== 0;',
    replace: 'return first !== 0 && rest !== 0;',
  },
];
export default bugs;
