/** Bugs that the exploration must find; each is an edit of the sources that ship. */
import type { PlantedBug } from 'fenceline/check';

const bugs: readonly PlantedBug[] = [
  {
    name: 'a pin outlives its agent',
    file: 'src/memory/release.ts',
    find: '    unpin(agent, buffer, deadIndex);\n',
    replace: '',
  },
];
export default bugs;
