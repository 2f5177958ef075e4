/**
 * A tiny space for explorations: one control block, a few agents with their own pump, and what must hold at rest.
 *
 * Not here: joining and leaving (agents are seated by hand; `cells/agents.scenario.ts` explores those), heaps.
 */
import assert from 'node:assert/strict';
import { forgetSince, learnt, type Patch } from 'fenceline/check';
import * as layoutWords from '#fenceline/base/layout.js';
import {
  A_STATE,
  AGENT_WORDS,
  B_LOCK,
  B_STATE,
  BUFFER_WORDS,
  C_PAYLOAD,
  H_STAMP,
  HEADER_WORDS,
  HINT_WORDS,
  type Layout,
  LOCK_WORDS,
  layoutOf,
  T_STATE,
  T_WAITING,
  TICKET_WORDS,
  TIMELINE_WORDS,
  TL_REFS,
  TL_REFS_OVERFLOW,
  TL_STATE,
} from '#fenceline/base/layout.js';
import { completeLimits, type Limits, ticketsPerAgent } from '#fenceline/base/limits.js';
import { declareStopped } from '#fenceline/cells/agent.js';
import { isAgentIn, readAgents } from '#fenceline/cells/interest.js';
import type { Agent, Memory, Repair } from '#fenceline/cells/memory.js';
import { AGENT_LIVE, agentWord } from '#fenceline/cells/memory.js';
import { createPump } from '#fenceline/cells/pump.js';
import { FREE, LIVE, nobody, slotWord, stateOf } from '#fenceline/cells/slot.js';
import { repairTimelines } from '#fenceline/fence/timeline.js';
import { repairTickets } from '#fenceline/lock/ticket.js';
import { repairLock } from '#fenceline/lock/ww-lock.js';

/** What setup gives: scenarios add their own fields. */
export interface World {
  readonly memory: Memory;
  readonly layout: Layout;
  /** Those that are seated; the last one is kept for repairs. */
  readonly agents: readonly Agent[];
}

export interface WorldSize extends Partial<Limits> {
  /** Agents seated from the start, the one for repairs among them. */
  readonly seated: number;
}

/**
 * One or two tickets an agent instead of many: scans of tickets are loops of loads, and say nothing new after the second.
 * One more is for admitting jobs.
 */
export const oneTicket: Patch = tickets(1, 2);
/** No room for admissions: for scenarios that run every schedule, and admit nothing. */
export const onlyTicket: readonly Patch[] = [tickets(1, 1)];
export const twoTickets: Patch = tickets(2, 3);

/** So many tickets of transactions, of so many in all: without those of its own that an agent does not use in a scenario. */
export function tickets(users: number, all: number): Patch {
  return {
    file: 'src/base/limits.ts',
    find: 'userTickets = 16;\nexport const ticketsPerAgent: number = userTickets + 2;',
    replace: `userTickets = ${users};\nexport const ticketsPerAgent: number = ${all};`,
  };
}

/** Room for six points in a reservation. */
export const fewPoints: Patch = shrink('src/base/limits.ts', 'pointsPerReservation', 6);

/** A patch that gives a constant of the sources another value, whatever it has. */
export function shrink(file: string, constant: string, value: number): Patch {
  return { file, find: `const ${constant} = `, replace: `const ${constant} = ${value} || ` };
}

/** Layers below in the order of `core.ts`: locks while the tickets still name the dead agent, then tickets, timelines. */
const repairs: readonly Repair[] = [repairLocks, repairTickets, repairTimelines];

/** A world with tiny tables; `more` are repairs of further layers. Every buffer slot is live from the start, its lock and reservation empty. */
export function newWorld({ seated, ...sizes }: WorldSize, more: readonly Repair[] = []): World {
  const layout = layoutFor({ seated, ...sizes });
  const buffer = new SharedArrayBuffer(layout.totalWords * 4);
  const words = new Int32Array(buffer);
  const memory: Memory = {
    words,
    stamps: new BigInt64Array(buffer, H_STAMP * 4, 1),
    wide: new BigInt64Array(buffer),
    bytes: new Uint8Array(buffer),
    layout,
    isShared: true,
  };
  for (let slot = 0; slot < layout.limits.buffers; slot++) {
    words[layout.buffers + slot * BUFFER_WORDS + B_STATE] = slotWord(LIVE, nobody, 0);
  }
  const agents: Agent[] = [];
  for (let index = 0; index < seated; index++) {
    words[layout.agents + index * AGENT_WORDS + A_STATE] = agentWord(AGENT_LIVE, nobody, 0);
    agents.push({ ...agentOver(memory, index, 0), repairs: [...repairs, ...more] });
  }
  return { memory, layout, agents };
}

function layoutFor({ seated, ...sizes }: WorldSize): Layout {
  const least = {
    agents: seated,
    timelines: 1,
    jobs: 1,
    buffers: 1,
    blocks: 1,
    chunks: 1,
    locks: 1,
    heaps: 1,
    attachments: 1,
    clients: 1,
  };
  return layoutOf(completeLimits({ ...least, ...sizes }));
}

/** An agent's own end of the memory. Its pump does not look for the dead by itself: that is `afterDeath`'s part. */
export function agentOver(memory: Memory, index: number, incarnation: number, checkLives = nothing): Agent {
  const own = { index, incarnation, pump: createPump(checkLives), repairs, cursors: new Map<number, number>() };
  return { ...memory, ...own, payloads: [], traceOrigin: 0, tracer: undefined, batch: undefined };
}

export function agentIn(world: World, index: number): Agent {
  const agent = world.agents[index];
  assert(agent, `There is an agent ${index}.`);
  return agent;
}

/** A word that belongs to the scenario: what the locks under test protect, or a flag. */
export function scratchAt(world: World, word: number): number {
  return world.layout.chunks + C_PAYLOAD + word;
}

export function lockAt(world: World, lock: number): number {
  return world.layout.buffers + lock * BUFFER_WORDS + B_LOCK;
}

/** The proof that an agent stopped, and the repair, by the agent that is kept for it. */
export function bury(world: World, deadIndex: number): void {
  declareStopped(agentIn(world, world.agents.length - 1), deadIndex, 0);
}

/** After a death: nothing in any table names the dead agent any more. */
export function assertForgotten(world: World, dead: number): void {
  const { words } = world.memory;
  const { layout } = world;
  const agentWordNow = words[layout.agents + dead * AGENT_WORDS + A_STATE] ?? 0;
  assert.equal(agentWordNow, agentWord(0, 0, 1), 'The seat of the dead agent is free, one incarnation on.');
  for (let id = dead * ticketsPerAgent; id < (dead + 1) * ticketsPerAgent; id++) {
    const at = layout.tickets + id * TICKET_WORDS;
    assert.equal((words[at + T_STATE] ?? 0) & 1, 0, `Ticket ${id} of the dead agent is closed.`);
    assert.equal(words[at + T_WAITING], 0, `Ticket ${id} of the dead agent waits for nothing.`);
  }
  for (let lock = 0; lock < layout.limits.buffers; lock++) assertLockForgets(world, lock, dead);
  for (let slot = 0; slot < layout.timelineCount; slot++) {
    const at = layout.timelines + slot * TIMELINE_WORDS;
    if (stateOf(words[at + TL_STATE] ?? 0) === FREE) continue;
    const holders = readAgents(words, at + TL_REFS, at + TL_REFS_OVERFLOW);
    assert(!isAgentIn(holders, dead), `Timeline ${slot} is not held by the dead agent.`);
  }
}

function assertLockForgets(world: World, lock: number, dead: number): void {
  const { words } = world.memory;
  const at = lockAt(world, lock);
  const holder = ((words[at + layoutWords.L_WORD] ?? 0) & 0xfff) - 1;
  assert(holder < 0 || Math.floor(holder / ticketsPerAgent) !== dead, `Lock ${lock} is not held by the dead agent.`);
  const kept = ((words[at + layoutWords.L_HANDOFF] ?? 0) & 0xfff) - 1;
  assert(kept < 0 || Math.floor(kept / ticketsPerAgent) !== dead, `Lock ${lock} is not kept for the dead agent.`);
  const waiting = readAgents(words, at + layoutWords.L_WAITERS, at + layoutWords.L_OVERFLOW);
  assert(!isAgentIn(waiting, dead), `The dead agent does not wait for lock ${lock}.`);
}

function repairLocks(agent: Agent, deadIndex: number): void {
  // Repairing a lock gives nothing and keeps nothing.
  const before = learnt();
  for (let slot = 0; slot < agent.layout.limits.buffers; slot++) {
    repairLock(agent, agent.layout.buffers + slot * BUFFER_WORDS + B_LOCK, deadIndex);
    forgetSince(before, slot);
  }
}

function nothing(): void {}

/** Names a word by the tables of the layout: `timeline 1.EPOCH`, `agent 0.RING`, `lock 1.WAITERS`. */
export function describeWordOf(size: WorldSize): (words: ArrayBufferView, index: number) => string | undefined {
  const layout = layoutFor(size);
  const tables: readonly Table[] = [
    { name: 'agent', start: layout.agents, words: AGENT_WORDS, count: layout.limits.agents, names: named('A_') },
    { name: 'hints', start: layout.hints, words: HINT_WORDS, count: layout.limits.agents, names: new Map() },
    {
      name: 'ticket',
      start: layout.tickets,
      words: TICKET_WORDS,
      count: layout.limits.agents * ticketsPerAgent,
      names: named('T_'),
    },
    {
      name: 'timeline',
      start: layout.timelines,
      words: TIMELINE_WORDS,
      count: layout.timelineCount,
      names: named('TL_'),
    },
    { name: 'buffer', start: layout.buffers, words: BUFFER_WORDS, count: layout.limits.buffers, names: bufferNames() },
    { name: 'scratch', start: layout.chunks + C_PAYLOAD, words: 256, count: 1, names: new Map() },
    { name: 'header', start: 0, words: HEADER_WORDS, count: 1, names: named('H_') },
  ];
  return (words, index) => {
    if (words instanceof BigInt64Array) return 'next stamp';
    for (const table of tables) {
      const at = index - table.start;
      if (at < 0 || at >= table.words * table.count) continue;
      const word = at % table.words;
      const slot = table.count === 1 ? '' : ` ${Math.floor(at / table.words)}`;
      return `${table.name}${slot}.${table.names.get(word) ?? word}`;
    }
    return undefined;
  };
}

interface Table {
  readonly name: string;
  readonly start: number;
  readonly words: number;
  readonly count: number;
  readonly names: ReadonlyMap<number, string>;
}

function named(prefix: string): Map<number, string> {
  const names = new Map<number, string>();
  for (const [name, value] of Object.entries(layoutWords)) {
    if (name.startsWith(prefix) && typeof value === 'number') names.set(value, name.slice(prefix.length));
  }
  return names;
}

function bufferNames(): Map<number, string> {
  const names = named('B_');
  for (const [word, name] of named('L_')) if (word < LOCK_WORDS) names.set(B_LOCK + word, `lock.${name}`);
  for (const [word, name] of named('R_')) names.set(layoutWords.B_RESERVATION + word, `reservation.${name}`);
  return names;
}
