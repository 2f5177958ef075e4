/** Bugs that the exploration must find; each is an edit of the sources that ship. */
import type { PlantedBug } from 'fenceline/check';

const file = 'src/schedule/fetch-ahead.ts';

const bugs: readonly PlantedBug[] = [
  {
    name: 'makes room by what is in use',
    file,
    find: '!needed.has(buffer) && isIdle(asker, buffer)',
    replace: '!needed.has(buffer) && asker === agent',
  },
  {
    name: 'does not look again under the lock',
    file,
    find: 'isHere = isFetchable(agent, next.use) && bring(agent, set, next);',
    replace: 'isHere = bring(agent, set, next);',
  },
];
export default bugs;
