/** Agents on both sides of the border between the two words of an interest set, and one who takes the set. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { load, store } from '#fenceline/cells/cell.js';
import { addAgent, isAgentIn, popAgent, readAgents, removeAgent, takeAgents } from '#fenceline/cells/interest.js';
import { describeWordOf, newWorld, scratchAt, type World } from '../world.ts';

const size = { seated: 1 };
const first = 0;
const rest = 1;
const truth = 2;

/** As a waiter for the second change does: interest first, then the look. Outcomes: whether it saw it by itself. */
function wantToKnow(world: World, index: number): boolean {
  const { words } = world.memory;
  addAgent(words, scratchAt(world, first), scratchAt(world, rest), index);
  return load(words, scratchAt(world, truth)) === 2;
}

/** As a signaller does, twice: the truth first, then who wants to know. */
function tell(world: World): readonly number[] {
  const { words } = world.memory;
  const told: number[] = [];
  for (const value of [1, 2]) {
    store(words, scratchAt(world, truth), value);
    if (load(words, scratchAt(world, first)) === 0) continue;
    const set = takeAgents(words, scratchAt(world, first), scratchAt(world, rest));
    for (let index = popAgent(set); index >= 0; index = popAgent(set)) told.push(index);
  }
  return told;
}

export default scenario({
  setup: () => newWorld(size),
  agents: {
    low: (world) => wantToKnow(world, 29),
    high: (world) => wantToKnow(world, 30),
    highest: (world) => {
      const isSeen = wantToKnow(world, 61);
      if (isSeen) removeAgent(world.memory.words, scratchAt(world, first), scratchAt(world, rest), 61);
      return isSeen;
    },
    teller: tell,
  },
  after: (world, { low, high, highest, teller }) => {
    assert(low || teller.includes(29), 'Agent 29 is told or sees it.');
    assert(high || teller.includes(30), 'Agent 30 is told or sees it.');
    assert(highest || teller.includes(61), 'Agent 61 is told or sees it.');
    const left = readAgents(world.memory.words, scratchAt(world, first), scratchAt(world, rest));
    assert(!isAgentIn(left, 61) || !highest, 'Who took itself out is out.');
    for (const index of teller) assert([29, 30, 61].includes(index), 'Nobody is told who did not ask.');
  },
  describeWord: describeWordOf(size),
});
