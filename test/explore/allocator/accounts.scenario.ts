/**
 * Two agents use one account; one of them closes it and opens another in the same slot, while blocks of the former account
 * are still in use and being freed. A second account stays open to the end, when it is counted. Either agent may die at any step.
 */
import assert from 'node:assert/strict';
import { scenario } from 'fenceline/check';
import { AC_BUDGET, AC_USED, B_CLIENT, BUFFER_WORDS, P_LOCK } from '#fenceline/base/layout.js';
import { store } from '#fenceline/cells/cell.js';
import type { Agent } from '#fenceline/cells/memory.js';
import {
  type AccountId,
  accountAt,
  accountStats,
  currentAccount,
  dropAccount,
  tokenOf,
} from '#fenceline/memory/account.js';
import { allocateBlock, commitBlock, createHeap, freeBlock, retireBlock } from '#fenceline/memory/allocator.js';
import { openAccount } from '#fenceline/memory/open-account.js';
import type { HeapWorld } from './heap-world.ts';
import {
  agentIn,
  bury,
  checkAlways,
  checkEnd,
  describeWord,
  heapUnits,
  hold,
  letGo,
  newWorld,
  place,
  unit,
} from './heap-world.ts';

interface Accounts extends HeapWorld {
  readonly old: AccountId;
}

const userIndex = 0;
const closerIndex = 1;
const keeperIndex = 2;
const noName = new Uint8Array(0);

function setup(): Accounts {
  const world = newWorld(3);
  createHeap(world.memory, 0, heapUnits * unit, heapUnits * unit);
  const old = openAccount(agentIn(world, closerIndex), { name: noName, budgetBytes: 6 * unit, priority: 0 });
  for (const buffer of [0, 1]) charge(agentIn(world, closerIndex), buffer, old);
  const kept = openAccount(agentIn(world, keeperIndex), { name: noName, budgetBytes: 4 * unit, priority: 0 });
  charge(agentIn(world, keeperIndex), 3, kept);
  return Object.assign(world, { old });
}

function charge(agent: Agent, buffer: number, id: AccountId): void {
  store(agent.words, agent.layout.buffers + buffer * BUFFER_WORDS + B_CLIENT, tokenOf(id));
}

function take(agent: Agent, units: number, align: number, buffer: number): number {
  return allocateBlock(agent, 0, units * unit, align * unit, buffer);
}

/** Gives a buffer of the account that stays its memory; moves one of the other account to a draft, if there is room for both. */
function user(world: Accounts): string {
  const agent = agentIn(world, userIndex);
  const kept = take(agent, 1, 1, 3);
  place(agent, 3, kept);
  commitBlock(agent, kept);
  const old = take(agent, 3, 1, 0);
  assert(old >= 0, 'Three units fit beside the two of the other.');
  hold(world, agent, old);
  place(agent, 0, old);
  commitBlock(agent, old);
  const draft = take(agent, 2, 4, 0);
  if (draft < 0) return 'refused';
  hold(world, agent, draft);
  retireBlock(agent, old);
  place(agent, 0, draft);
  commitBlock(agent, draft);
  letGo(world, old);
  freeBlock(agent, old);
  return 'moved';
}

/** Uses the account, closes it, and opens one of its own in the same slot, which begins with nothing. */
function closer(world: Accounts): string {
  const agent = agentIn(world, closerIndex);
  const shared = take(agent, 2, 1, 1);
  if (shared >= 0) freeBlock(agent, shared);
  dropAccount(agent, world.old.account);
  const id = openAccount(agent, { name: noName, budgetBytes: 2 * unit, priority: 0 });
  charge(agent, 2, id);
  const own = take(agent, 2, 1, 2);
  assert(own >= 0, 'An account that was just opened has nothing in use.');
  assert.equal(accountStats(agent, tokenOf(id))?.usedBytes, 2 * unit);
  assert(take(agent, 1, 1, 2) < 0, 'Its budget is full.');
  freeBlock(agent, own);
  assert.equal(accountStats(agent, tokenOf(id))?.usedBytes, 0);
  return shared < 0 ? 'refused' : 'shared';
}

/** No account is ever beyond its budget. */
function always(world: Accounts): void {
  checkAlways(world);
  const { words, layout } = world.memory;
  const at = accountAt(world.memory, 0);
  // While a section is under way, or was left so by the dead, sums may be behind.
  if (words[layout.heaps + P_LOCK] !== 0 || currentAccount(world.memory, tokenOf(world.old)) < 0) return;
  const [used, budget] = [words[at + AC_USED] as number, words[at + AC_BUDGET] as number];
  if (used < 0 || used > budget) assert.fail(`The account uses ${used} units of ${budget}.`);
}

export default scenario({
  setup,
  agents: { user, closer },
  always,
  after: checkEnd,
  afterDeath: (world, dead) => bury(world, dead === 'user' ? userIndex : closerIndex),
  describeWord,
  options: { killAgents: true, preemptions: 1 },
});
