/** Bugs that the exploration must find; each is an edit of the sources that ship. */
import type { PlantedBug } from 'fenceline/check';

const bugs: readonly PlantedBug[] = [
  {
    name: 'the device is not rung',
    file: 'src/memory/device-heap.ts',
    find: '  if (owner >= 0 && owner < agent.layout.limits.agents) ring(agent, owner, exportHint(buffer));\n',
    replace: '',
  },
  {
    name: 'what was in the device of the dead stays there',
    file: 'src/memory/device-heap.ts',
    find: "      loseContents(agent, buffer, codeNumber('EOWNERDEAD'));\n      invalidateLocked(agent, buffer);\n      dropLocked(agent, buffer);\n",
    replace: '',
  },
  {
    name: 'what was in the device of the dead is gone, and does not say so',
    file: 'src/memory/device-heap.ts',
    find: "      loseContents(agent, buffer, codeNumber('EOWNERDEAD'));\n",
    replace: '',
  },
  {
    name: 'the block that is left is not marked as given back',
    file: 'src/memory/device-heap.ts',
    find: '  if (old >= 0) keepBlock(agent, old);\n',
    replace: '',
  },
];
export default bugs;
