/** Bugs that the exploration must find; each is an edit of the sources that ship. */
import type { PlantedBug } from 'fenceline/check';

const bugs: readonly PlantedBug[] = [
  {
    name: 'whoever waits for memory does not say so',
    file: 'src/schedule/admit.ts',
    find: "if (outcome === 'memory' || outcome === 'room' || outcome === 'locks') {",
    replace: "if (outcome === 'room' || outcome === 'locks') {",
  },
];
export default bugs;
