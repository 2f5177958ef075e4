/** Bugs that the exploration of repairs must find. */
import type { PlantedCase } from '../planted.ts';

const bugs: readonly PlantedCase[] = [
  {
    name: 'trusts the heap of a dead holder',
    file: 'src/memory/allocator.ts',
    find: '  if (replaced >= 0) finishSection(agent, heap, replaced);\n',
    replace: '  if (replaced >= heap) finishSection(agent, heap, replaced);\n',
  },
  {
    name: 'two may replace the same holder',
    limits: { preemptions: 2, killAgents: false },
    file: 'src/memory/heap-lock.ts',
    find: 'if (cas(words, at, word, mine)) return holderIn(word);\n      continue;',
    replace: 'store(words, at, mine);\n      return holderIn(word);',
  },
  {
    name: 'a repair frees descriptors that are still in a chain',
    file: 'src/memory/block-repair.ts',
    find: '    if (settleBlocks(agent, heap, goneIndex, scope)) hasFreed = true;\n',
    replace: '',
  },
  {
    name: 'only the replaced holder is thought to have left something',
    limits: { preemptions: 1, killAgents: ['repairer'] },
    file: 'src/memory/block-repair.ts',
    find: '    if (named !== replaced && !isDead(agent, named)) continue;\n',
    replace: '    if (named !== replaced) continue;\n',
  },
  {
    name: 'a repair settles what somebody who lives has taken',
    limits: { preemptions: 1, killAgents: false },
    file: 'src/memory/block-repair.ts',
    find: '    if (namedAgent(agent, block) !== goneIndex) continue;\n    const',
    replace: '    if (namedAgent(agent, block) < 0) continue;\n    const',
  },
  {
    name: 'a repair believes links back',
    file: 'src/memory/block-repair.ts',
    find: '    store(words, blockAt(agent, block) + K_PREVIOUS, left + 1);\n',
    replace: '    load(words, blockAt(agent, block) + K_PREVIOUS);\n',
  },
  {
    name: 'a repair forgets descriptors outside of chains',
    file: 'src/memory/block-repair.ts',
    find: "    if (scope === 'all' || load(agent.words, blockAt(agent, block) + K_OWNER) === 0) dropBlock(agent, block);\n",
    replace: '    load(agent.words, blockAt(agent, block));\n',
  },
  {
    name: 'a holder that is dead is waited for',
    file: 'src/memory/heap-lock.ts',
    find: '  if (state >= AGENT_DEAD || state === AGENT_FREE) return true;\n',
    replace: '  if (state === AGENT_FREE) return true;\n',
  },
];
export default bugs;
