/** Blocks of memory without the placements around them: what a dead agent had in its hands is free. */
import assert from 'node:assert/strict';
import { B_PLACEMENT } from '#fenceline/base/layout.js';
import { bufferAt, createBuffer, dropBuffer } from '#fenceline/buffer/buffer.js';
import { store } from '#fenceline/cells/cell.js';
import {
  allocateBlock,
  commitBlock,
  freeBlock,
  hasBudget,
  keepBlock,
  retireBlock,
  undoBlock,
} from '#fenceline/memory/allocator.js';
import { tryRelease } from '#fenceline/memory/placement.js';
import { killed } from './killed.ts';

export default killed((_space, agent) => {
  assert(hasBudget(agent, 0, 64));
  const { buffer } = createBuffer(agent, 64, 1, 0);
  const [one, two] = [allocateBlock(agent, 0, 64, 64, buffer), allocateBlock(agent, 0, 64, 128, buffer)];
  freeBlock(agent, one);
  undoBlock(agent, two);
  const block = allocateBlock(agent, 0, 64, 64, buffer);
  store(agent.words, bufferAt(agent, buffer) + B_PLACEMENT, block + 1);
  commitBlock(agent, block);
  retireBlock(agent, block);
  store(agent.words, bufferAt(agent, buffer) + B_PLACEMENT, 0);
  freeBlock(agent, block);
  const copied = allocateBlock(agent, 0, 64, 64, buffer);
  store(agent.words, bufferAt(agent, buffer) + B_PLACEMENT, copied + 1);
  commitBlock(agent, copied);
  keepBlock(agent, copied);
  store(agent.words, bufferAt(agent, buffer) + B_PLACEMENT, 0);
  freeBlock(agent, copied);
  assert(dropBuffer(agent, buffer, agent.index));
  assert(tryRelease(agent, buffer));
});
