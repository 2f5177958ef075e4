/** Bugs planted in the allocator by somebody who did not write its scenarios: each is found, and its replay line fails again. */
import type { PlantedBug } from 'fenceline/check';
import { test } from 'vitest';
import { assertPlantedBugsFound, lookedFor } from '../planted.ts';

const file = 'src/memory/allocator.ts';
const inAllocator: readonly PlantedBug[] = [
  {
    name: 'the right neighbour is absorbed and stays listed',
    file,
    find: '    unlistBlock(agent, heap, right, blockEnd(agent, heap, right) - blockStart(agent, right));\n',
    replace: '',
  },
  {
    name: 'what is left over is listed with the length of the whole',
    file,
    find: '    listBlock(agent, heap, behind, end - to);\n',
    replace: '    listBlock(agent, heap, behind, end - start);\n',
  },
  {
    name: 'the heap is open again before the memory is accounted for',
    file,
    find: '  store(words, heap + P_USED, load(words, heap + P_USED) - units);\n  unlockHeap(agent, heap);\n',
    replace: '  unlockHeap(agent, heap);\n  store(words, heap + P_USED, load(words, heap + P_USED) - units);\n',
  },
];
const inRepair: readonly PlantedBug[] = [
  {
    name: 'the budget is looked at before the heap is entered',
    file,
    find: `  const heap = enterHeap(agent, heapIndex);
  const hasRoom = load(words, heap + P_USED) + units <= load(words, heap + P_BUDGET) + unitsOf(overBytes);
`,
    replace: `  const early = heapAt(agent, heapIndex);
  const hasRoom = load(words, early + P_USED) + units <= load(words, early + P_BUDGET) + unitsOf(overBytes);
  const heap = enterHeap(agent, heapIndex);
`,
  },
  {
    name: 'who takes a heap over does not finish what was begun',
    file,
    find: '  if (replaced >= 0) finishSection(agent, heap, replaced);\n',
    replace: '',
  },
];

test.each([
  ['allocator', inAllocator],
  ['allocator-repair', inRepair],
] as const)('planted bugs are found in %s', (name, bugs) =>
  assertPlantedBugsFound(
    new URL(`./${name}.scenario.ts`, import.meta.url),
    { preemptions: 1, killAgents: false },
    lookedFor<PlantedBug>(bugs),
  ),
);
