/** Agents on both sides of the border between the two words of an interest set ring each other, and stay in the set themselves. */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { add, load } from '#fenceline/cells/cell.js';
import { addAgent, isAgentIn, popAgent, readAgents, takeOthers } from '#fenceline/cells/interest.js';
import { describeWordOf, newWorld, scratchAt, type World } from '../world.ts';

const size = { seated: 1 };
const first = 0;
const rest = 1;
const changes = 2;
const indices = [29, 30, 61] as const;

interface Rung {
  readonly told: readonly number[];
  /** How many changes it saw after it had asked to be told. */
  readonly seen: number;
}

/** As an agent that is about to sleep, and gives something back before: interest first, its own change, who wants to know, the look. */
function change(world: World, index: number): Rung {
  const { words } = world.memory;
  addAgent(words, scratchAt(world, first), scratchAt(world, rest), index);
  add(words, scratchAt(world, changes), 1);
  const told: number[] = [];
  const set = takeOthers(words, scratchAt(world, first), scratchAt(world, rest), index);
  for (let one = popAgent(set); one >= 0; one = popAgent(set)) if (one !== index) told.push(one);
  return { told, seen: load(words, scratchAt(world, changes)) };
}

export default scenario({
  setup: () => newWorld(size),
  agents: {
    low: (world) => change(world, 29),
    high: (world) => change(world, 30),
    highest: (world) => change(world, 61),
  },
  after: (world, { low, high, highest }) => {
    const rungs = [low, high, highest];
    const left = readAgents(world.memory.words, scratchAt(world, first), scratchAt(world, rest));
    for (const [at, index] of indices.entries()) {
      const isTold = rungs.some(({ told }) => told.includes(index));
      // Who has not seen all of them is rung, or will be: it is still in the set.
      assert(rungs[at]?.seen === rungs.length || isTold, `Agent ${index} is told or sees every change.`);
      if (!isTold) assert(isAgentIn(left, index), `Agent ${index} takes nobody out but others.`);
    }
  },
  describeWord: describeWordOf(size),
});
