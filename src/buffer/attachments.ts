/**
 * Attachments: which agents import which exported buffer (Linux: dma_buf_attachment).
 *
 * A slot names its importer in the state word, and the buffer. It is claimed, filled and freed by that agent alone, which
 * holds the buffer meanwhile; when the agent stops, its repair frees the slot. So a slot whose generation has changed says
 * that its importer is gone, whichever way it went: that is what an exporter looks at.
 *
 * No ring is lost: an importer publishes its slot before it asks for a mapping, and asks under the buffer's lock; whoever
 * moves the buffer holds that lock when it goes through the table. Not here: mappings (exports.ts), hooks.
 */
import { fail } from '../base/errors.ts';
import { ATTACHMENT_WORDS, X_BUFFER, X_FLAGS, X_GENERATION, X_STATE } from '../base/layout.ts';
import { load, store } from '../cells/cell.ts';
import type { Agent, Memory } from '../cells/memory.ts';
import {
  ALLOC,
  claimSlot,
  freeSlot,
  generationOf,
  isLiveOf,
  LIVE,
  ownerOf,
  publishSlot,
  stateOf,
  tryFreeSlot,
} from '../cells/slot.ts';
import type { BufferId } from './buffer.ts';

/** The importer follows when the buffer moves; without it the buffer stays where it is while it is mapped. */
export const DYNAMIC = 1;
/** The importer may reach the memory directly, without going through memory that all share. */
export const PEER = 2;

export interface AttachmentId {
  readonly attachment: number;
  readonly generation: number;
}

/** Takes a slot for an importer of this agent. Context: it holds the buffer. Outcomes: the slot, or ENOSPC. */
export function createAttachment(agent: Agent, { buffer, generation }: BufferId, flags: number): AttachmentId {
  const { words, layout } = agent;
  const count = layout.limits.attachments;
  const from = agent.cursors.get(layout.attachments) ?? 0;
  const attachment = claimSlot(words, layout.attachments, ATTACHMENT_WORDS, count, from, agent.index);
  if (attachment < 0) {
    const sentence = `All attachments (${count}) are in use. Hint: raise limits.attachments, or dispose of some.`;
    fail('ENOSPC', sentence, { limit: 'attachments', value: count });
  }
  agent.cursors.set(layout.attachments, (attachment + 1) % count);
  const at = attachmentAt(agent, attachment);
  store(words, at + X_BUFFER, buffer + 1);
  store(words, at + X_GENERATION, generation);
  store(words, at + X_FLAGS, flags);
  publishSlot(words, at + X_STATE, agent.index);
  return { attachment, generation: generationOf(load(words, at + X_STATE)) };
}

/** Gives the slot back. Context: it is this agent's. */
export function freeAttachment(agent: Agent, { attachment }: AttachmentId): void {
  freeSlot(agent.words, attachmentAt(agent, attachment) + X_STATE);
}

/** Whether the importer is still attached, to this buffer. */
export function isAttached(memory: Memory, { attachment, generation }: AttachmentId, buffer: number): boolean {
  const at = attachmentAt(memory, attachment);
  return isLiveOf(load(memory.words, at + X_STATE), generation) && load(memory.words, at + X_BUFFER) === buffer + 1;
}

/** What an importer asked for: DYNAMIC, PEER. */
export function flagsOf(memory: Memory, attachment: number): number {
  return load(memory.words, attachmentAt(memory, attachment) + X_FLAGS);
}

/** The agent that imports the buffer by this slot, or -1. */
export function importerOf(memory: Memory, attachment: number, buffer: number): number {
  const at = attachmentAt(memory, attachment);
  const word = load(memory.words, at + X_STATE);
  if (stateOf(word) !== LIVE || load(memory.words, at + X_BUFFER) !== buffer + 1) return -1;
  return ownerOf(word);
}

/** What a stopped agent imported is detached. Can be done again. */
export function repairAttachments(agent: Agent, deadIndex: number): void {
  for (let attachment = 0; attachment < agent.layout.limits.attachments; attachment++) {
    const at = attachmentAt(agent, attachment) + X_STATE;
    const word = load(agent.words, at);
    const state = stateOf(word);
    if ((state === ALLOC || state === LIVE) && ownerOf(word) === deadIndex) tryFreeSlot(agent.words, at, word);
  }
}

function attachmentAt(memory: Memory, attachment: number): number {
  return memory.layout.attachments + attachment * ATTACHMENT_WORDS;
}
