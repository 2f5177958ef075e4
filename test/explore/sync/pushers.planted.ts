/** Bugs that the exploration must find; each is an edit of the sources that ship. */
import type { PlantedCase } from '../planted.ts';

const file = 'src/fence/link-list.ts';

const alive = { preemptions: 1, killAgents: false } as const;
const killed = { preemptions: 0, killAgents: true } as const;

const bugs: readonly PlantedCase[] = [
  {
    name: 'an attempt that failed keeps its chunk',
    limits: alive,
    file,
    find: '  freeChain(agent, made);\n  return false;',
    replace: '  return false;',
  },
  {
    name: 'a change is stored, not exchanged',
    limits: alive,
    file,
    find: '  if (!cas(words, list.at, current, first | (version << versionShift))) return false;',
    replace: '  store(words, list.at, first | (version << versionShift));',
  },
  {
    name: 'what is left out is freed before the exchange',
    limits: killed,
    file,
    find: '  const version = ((current >>> versionShift) + 1) % versionCount;',
    replace:
      '  for (const { chunk, word } of leaving) tryFreeSlot(words, chunkAt(agent, chunk) + C_STATE, word);\n' +
      '  const version = ((current >>> versionShift) + 1) % versionCount;',
  },
  {
    name: 'what is about to be left out is not marked',
    limits: killed,
    file,
    find: '  for (const { chunk, word } of leaving) store(words, chunkAt(agent, chunk) + C_LEAVING, markOf(word));\n',
    replace: '',
  },
];
export default bugs;
