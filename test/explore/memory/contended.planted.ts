/** Bugs that the exploration must find; each is an edit of the sources that ship. */
import type { PlantedBug } from 'fenceline/check';

const bugs: readonly PlantedBug[] = [
  {
    name: 'a victim whose lock is held is taken for none',
    file: 'src/memory/evict.ts',
    find: 'if (request.contended < 0) request.contended = victim;',
    replace: '',
  },
  {
    name: 'the lock of a victim is kept',
    file: 'src/memory/evict.ts',
    find: '    releaseSince(agent, set, heldCount);\n',
    replace: '    set.held.length = heldCount;\n',
  },
  {
    name: 'what the ticket waited for is not evicted',
    file: 'src/memory/evict.ts',
    find: "if (outcome === 'already') return request.isVictim(victim) &&",
    replace: "if (outcome === 'already') return !request.isVictim(victim) &&",
  },
  {
    name: 'a block above all that were ever used is not looked at',
    file: 'src/memory/block-chain.ts',
    find: '  raiseTop(words, H_BLOCK_TOP, block + 1);\n',
    replace: '',
  },
];
export default bugs;
