/** Bugs that the exploration must find; each is an edit of the sources that ship. */
import type { PlantedBug } from 'fenceline/check';

const bugs: readonly PlantedBug[] = [
  {
    name: 'an idle worker listens to nobody else',
    file: 'src/schedule/take.ts',
    find: 'return take(agent, pool, true);',
    replace: 'return take(agent, pool, false);',
  },
  {
    name: 'required points are forgotten at admission',
    file: 'src/schedule/admit.ts',
    find: 'const dependencies = requiredDependencies(agent, job);',
    replace: 'const dependencies = requiredDependencies(agent, job).slice(1);',
  },
];
export default bugs;
