/** Bugs that the exploration must find; each is an edit of the sources that ship. */
import type { PlantedBug } from 'fenceline/check';

const bugs: readonly PlantedBug[] = [
  {
    name: 'an idle worker listens before it admits',
    file: 'src/schedule/take.ts',
    find: '    const isLeft = admitQueued(agent, pool);\n    const { best, word, others } = findReady(agent, pool, listens);\n',
    replace:
      '    const heard = findReady(agent, pool, listens);\n    const isLeft = admitQueued(agent, pool);\n    const { best, word, others } = heard.best >= 0 ? heard : findReady(agent, pool, false);\n',
  },
];
export default bugs;
