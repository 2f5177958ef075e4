/** What the scenarios of the lock validator share: agents with a record each, and what they found. */

import { L_CLASS } from '#fenceline/base/layout.js';
import { store } from '#fenceline/cells/cell.js';
import type { Finding } from '#fenceline/cells/lock-record.js';
import type { Agent } from '#fenceline/cells/memory.js';
import { closeTicket, openTicket } from '#fenceline/lock/ticket.js';
import {
  beforeLock,
  classWord,
  noteGivenBack,
  noteHeld,
  openRecord,
  primeValidator,
} from '#fenceline/lock/validator.js';
import { agentIn, lockAt, newWorld, type World, type WorldSize } from '../world.ts';

export interface ValidatedWorld extends World {
  readonly findings: Finding[];
}

/** Locks 0, 1, ... are of the classes A, B, ...; three classes are there before them. */
export function newValidatedWorld(size: WorldSize & { readonly buffers: number }): ValidatedWorld {
  const world = newWorld({ ...size, lockClasses: size.buffers + 3 });
  const findings: Finding[] = [];
  primeValidator(world.memory);
  const agents: Agent[] = [];
  for (const agent of world.agents) {
    agents.push({
      ...agent,
      validator: openRecord(
        world.memory,
        () => '',
        (finding) => findings.push(finding),
      ),
    });
  }
  const validated = { ...world, agents, findings };
  for (let lock = 0; lock < size.buffers; lock++) {
    store(world.memory.words, lockAt(world, lock) + L_CLASS, classWord(agentIn(validated, 0), 'ABCD'.charAt(lock)));
  }
  return validated;
}

/** Holds one lock and is about to take another, without an age. Nobody waits: nothing is really taken. */
export function learn(world: ValidatedWorld, index: number, first: number, second: number): number {
  const agent = agentIn(world, index);
  const ticket = openTicket(agent, 'plain');
  const before = world.findings.length;
  noteHeld(agent, lockAt(world, first), ticket);
  beforeLock(agent, lockAt(world, second), ticket, true);
  noteGivenBack(agent, lockAt(world, first));
  closeTicket(agent, ticket);
  return world.findings.length - before;
}

/** The classes of every cycle that was found. */
export function cyclesOf(world: ValidatedWorld): string[] {
  return world.findings.map(({ cycle }) => cycle.join(''));
}
