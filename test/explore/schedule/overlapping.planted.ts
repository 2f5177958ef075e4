/** Bugs that the exploration must find; each is an edit of the sources that ship. */
import type { PlantedBug } from 'fenceline/check';

const bugs: readonly PlantedBug[] = [
  {
    name: 'a job does not wait for those before it',
    file: 'src/schedule/admit.ts',
    find: 'isListed(dependencies, point) || isReturned(agent, point)) continue;',
    replace: 'isListed(dependencies, point) || !isReturned(agent, point)) continue;',
  },
  {
    name: 'the job is in nobody’s way before its locks are free',
    file: 'src/schedule/admit.ts',
    find: '    addPointLocked(agent, reservationOf(agent, use.buffer), point, isWriting(use) ? USAGE_WRITE : USAGE_READ);\n',
    replace: '    if (!isWriting(use)) addPointLocked(agent, reservationOf(agent, use.buffer), point, USAGE_READ);\n',
  },
];
export default bugs;
