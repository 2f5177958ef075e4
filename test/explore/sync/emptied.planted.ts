/** Bugs that the exploration must find; each is an edit of the sources that ship. */
import type { PlantedCase } from '../planted.ts';

const file = 'src/fence/link-list.ts';

const alive = { preemptions: 1, killAgents: false } as const;
const killed = { preemptions: 0, killAgents: true } as const;

const bugs: readonly PlantedCase[] = [
  {
    name: 'what was taken out is not freed',
    limits: alive,
    file,
    find: '  for (const { chunk, word } of leaving) tryFreeSlot(words, chunkAt(agent, chunk) + C_STATE, word);\n  return true;',
    replace: '  return true;',
  },
  {
    name: 'what was made by the dead is not freed',
    limits: killed,
    file,
    find: 'if (ownerOf(word) === deadIndex || load(words',
    replace: 'if (load(words',
  },
  {
    name: 'a repair frees what is in the list',
    limits: killed,
    file,
    find: 'if (!listed.has(chunk)) tryFreeSlot',
    replace: 'tryFreeSlot',
  },
  {
    name: 'taking all out does not look whether there is more by now',
    limits: alive,
    file,
    find: 'if (leaving !== undefined && exchange(agent, list, newest, made.at(-1) ?? 0, leaving)) return;',
    replace: 'if (leaving !== undefined) exchange(agent, list, newest, made.at(-1) ?? 0, leaving);\n    return;',
  },
];
export default bugs;
