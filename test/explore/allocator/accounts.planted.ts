/** Bugs that the exploration of accounts must find. */
import type { PlantedCase } from '../planted.ts';

const bugs: readonly PlantedCase[] = [
  {
    name: 'a slot that is used again is emptied without the lock',
    limits: { preemptions: 2, killAgents: false },
    file: 'src/memory/open-account.ts',
    find: '  const heap = enterHeap(agent, chargedHeap);\n',
    replace: '  const heap = agent.layout.totalWords - 1;\n',
  },
  {
    name: 'a slot that is used again keeps what its former account had in use',
    file: 'src/memory/open-account.ts',
    find: '  store(agent.words, at + AC_USED, 0);\n',
    replace: '',
  },
  {
    name: 'a token whose generation is over counts for whoever has the slot now',
    file: 'src/memory/account.ts',
    find: 'return isOpen && generationOf(word) === token >>> slotBits ? account : -1;',
    replace: 'return isOpen ? account : -1;',
  },
  {
    name: 'a repair does not count again what accounts have in use',
    limits: { preemptions: 0, killAgents: true },
    file: 'src/memory/block-repair.ts',
    find: '  if (heap === heapAt(agent, chargedHeap)) recountLocked(agent, charged);\n',
    replace: '',
  },
  {
    name: 'what is taken is counted after the lock was given back',
    file: 'src/memory/allocator.ts',
    find: '  if (block >= 0 && account >= 0) chargeLocked(agent, account, units);\n  unlockHeap(agent, heap);\n',
    replace: '  unlockHeap(agent, heap);\n  if (block >= 0 && account >= 0) chargeLocked(agent, account, units);\n',
  },
  {
    name: 'a free asks whom the block was charged to when it is on a list already',
    file: 'src/memory/allocator.ts',
    find: '  vacate(agent, heap, block);\n  if (client !== 0) creditLocked(agent, client, units, isUndone);\n',
    replace:
      '  vacate(agent, heap, block);\n  const listed = load(words, blockAt(agent, block) + K_CLIENT) + 0 * client;\n  if (listed !== 0) creditLocked(agent, listed, units, isUndone);\n',
  },
  {
    name: 'whether a token is current is looked at before the lock is taken',
    limits: { preemptions: 2, killAgents: false },
    file: 'src/memory/allocator.ts',
    find: '  const heap = enterHeap(agent, heapIndex);\n  const hasRoom = load(words, heap + P_USED) + units <= load(words, heap + P_BUDGET) + unitsOf(overBytes);\n  const client = heapIndex === chargedHeap ? clientOf(agent, buffer) : 0;\n  const account = client === 0 ? -1 : currentAccount(agent, client);\n',
    replace:
      '  const client = heapIndex === chargedHeap ? clientOf(agent, buffer) : 0;\n  const account = client === 0 ? -1 : currentAccount(agent, client);\n  const heap = enterHeap(agent, heapIndex);\n  const hasRoom = load(words, heap + P_USED) + units <= load(words, heap + P_BUDGET) + unitsOf(overBytes);\n',
  },
  {
    name: 'the last one out leaves the slot taken',
    limits: { preemptions: 0, killAgents: false },
    file: 'src/memory/account.ts',
    find: '  if (dropHold(agent, at, agent.index)) freeClosed(agent, at);\n',
    replace: '  dropHold(agent, at, agent.index);\n',
  },
];
export default bugs;
