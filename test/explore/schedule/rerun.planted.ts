/** Bugs that the exploration must find; each is an edit of the sources that ship. */
import type { PlantedBug } from 'fenceline/check';

const bugs: readonly PlantedBug[] = [
  {
    name: 'a part that died is taken for done',
    file: 'src/schedule/repair-jobs.ts',
    find: 'cas(words, at + J_PART + part, running, partWord(PART_FREE, 0, phase));',
    replace: 'cas(words, at + J_PART + part, running, partWord(PART_DONE, 0, phase));',
  },
  {
    name: 'the parts of a dead worker stay its own',
    file: 'src/schedule/repair-jobs.ts',
    find: 'if (phaseOf(loadPhase(agent, job)) === SPLIT) repairParts(agent, job, deadIndex);',
    replace: '',
  },
];
export default bugs;
