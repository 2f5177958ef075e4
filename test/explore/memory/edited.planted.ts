/** Bugs that the exploration must find; each is an edit of the sources that ship. */
import type { PlantedBug } from 'fenceline/check';

const bugs: readonly PlantedBug[] = [
  {
    name: 'a draft is published before its source is forgotten',
    file: 'src/memory/placement.ts',
    find: '  noteOverwritten(agent, buffer, false);\n',
    replace: '',
  },
];
export default bugs;
