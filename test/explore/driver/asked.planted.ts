/** Bugs that the exploration must find; each is an edit of the sources that ship. */
import type { PlantedBug } from 'fenceline/check';

const bugs: readonly PlantedBug[] = [
  {
    name: 'what others asked of the dead is not ended',
    file: 'src/schedule/hook-pool.ts',
    find: "  endPoolJobs(agent, pool, codeNumber('EOWNERDEAD'), () => true);\n",
    replace: '',
  },
  {
    name: 'nobody says that the exporter is gone',
    file: 'src/buffer/exports.ts',
    find: '  if (exporterOf(agent, buffer) !== deadIndex) continue;\n',
    replace: '  if (deadIndex >= 0) continue;\n',
  },
];
export default bugs;
