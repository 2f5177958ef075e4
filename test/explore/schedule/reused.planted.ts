/** Bugs that the exploration must find; each is an edit of the sources that ship. */
import type { PlantedBug } from 'fenceline/check';

const bugs: readonly PlantedBug[] = [
  {
    name: 'a job is claimed from a phase word that was read again',
    file: 'src/schedule/take.ts',
    find: '    if (!movePhase(agent, job, word, RUNNING, agent.index)) return undefined;\n',
    replace: '    if (!movePhase(agent, job, loadPhase(agent, job), RUNNING, agent.index)) return undefined;\n',
  },
];
export default bugs;
