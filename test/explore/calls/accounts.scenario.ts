/** An account from opening to closing, with memory that is charged to it: it goes with whoever dies, and so does the memory. */
import assert from 'node:assert/strict';
import { createBuffer, dropBuffer } from '#fenceline/buffer/buffer.js';
import {
  accountStats,
  clientOf,
  dropAccount,
  freedCount,
  hasAccountBudget,
  holdAccount,
  setAccountBudget,
  tokenOf,
} from '#fenceline/memory/account.js';
import { allocateBlock, freeBlock } from '#fenceline/memory/allocator.js';
import { openAccount } from '#fenceline/memory/open-account.js';
import { tryRelease } from '#fenceline/memory/placement.js';
import { killed } from './killed.ts';

export default killed((_space, agent) => {
  const name = new TextEncoder().encode('library');
  const id = openAccount(agent, { name, budgetBytes: 64, priority: 1 });
  assert(holdAccount(agent, id));
  setAccountBudget(agent, id.account, 128);
  const token = tokenOf(id);
  const { buffer } = createBuffer(agent, 64, 1, 0, token);
  const block = allocateBlock(agent, 0, 64, 64, buffer);
  assert.equal(clientOf(agent, buffer), token);
  assert(hasAccountBudget(agent, token, 64) && !hasAccountBudget(agent, token, 65));
  freeBlock(agent, block);
  assert.equal(freedCount(agent, token), 1);
  assert.equal(accountStats(agent, token)?.name, 'library');
  dropAccount(agent, id.account);
  assert.equal(accountStats(agent, token), undefined);
  assert(dropBuffer(agent, buffer, agent.index));
  assert(tryRelease(agent, buffer));
});
