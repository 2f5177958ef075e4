/** Bugs that the exploration must find; each is an edit of the sources that ship. */
import type { PlantedBug } from 'fenceline/check';

const bugs: readonly PlantedBug[] = [
  {
    name: 'what a job brought together for its sources is evicted by the next one',
    file: 'src/schedule/claims.ts',
    find: '    if (!claimed.has(buffer)) return true;\n',
    replace: '    return true;\n',
  },
];
export default bugs;
