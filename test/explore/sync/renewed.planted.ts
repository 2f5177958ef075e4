/** Bugs that the exploration must find; each is an edit of the sources that ship. */
import type { PlantedCase } from '../planted.ts';

const alive = { preemptions: 1, killAgents: false } as const;

const bugs: readonly PlantedCase[] = [
  {
    name: 'the error of a link that is left out is lost',
    limits: alive,
    file: 'src/fence/chain.ts',
    find: '    else if (!hasFailed && hasFailedLeaf(memory, link)) kept.push(link);\n',
    replace: '',
  },
  {
    name: 'a list that was written for nothing keeps its chunks',
    limits: alive,
    file: 'src/fence/link-list.ts',
    find: '  for (const first of made) freeChain(agent, first);\n  return false;',
    replace: '  return false;',
  },
  {
    name: 'only the newest node of the old list is freed',
    limits: alive,
    file: 'src/fence/link-list.ts',
    find: '    if (at.older === 0) break;\n',
    replace: '    break;\n',
  },
  {
    name: 'an older node is believed without a second look',
    limits: alive,
    file: 'src/fence/link-list.ts',
    find: '  return load(memory.words, chunkAt(memory, first - 1) + C_STATE) === word ? nodeOf(record) : undefined;',
    replace: '  return nodeOf(record);',
  },
  {
    name: 'the list is written anew without the new link',
    limits: alive,
    file: 'src/fence/link-list.ts',
    find: 'unfinishedLinks(agent, [...chain, linkAfter(chain.at(-1), point, added.leaves, added.isMerge)])',
    replace: 'unfinishedLinks(agent, [...chain])',
  },
];
export default bugs;
