/** Bugs that the exploration must find; each is an edit of the sources that ship. */
import type { PlantedBug } from 'fenceline/check';

const bugs: readonly PlantedBug[] = [
  {
    name: 'whoever could not admit a job does not listen',
    file: 'src/schedule/admit.ts',
    find: '      listen(agent);\n      outcome = attempt(agent, job, locks, onFull);',
    replace: '      outcome = attempt(agent, job, locks, onFull);',
  },
  {
    name: 'the holder of a lock is not asked to ring',
    file: 'src/schedule/admit.ts',
    find: "outcome === 'blocked' && !askToBeRung(agent, lockAt)",
    replace: "outcome === 'blocked' && lockAt === 0 && !askToBeRung(agent, lockAt)",
  },
];
export default bugs;
