/**
 * The importers of this thread, by buffer, and how they are told that what they mapped is stale.
 *
 * At once where this thread moves the buffer; else from the pump, which looks when it is rung about the buffer. Telling
 * cannot fail, and neither locks nor waits (contract C7): the lock validator holds them to it.
 */
import { exportHint } from '../buffer/exports.ts';
import type { Waiter } from '../cells/memory.ts';
import { addWaiter, nextWaiterOrder, removeWaiter } from '../cells/pump.ts';
import { reportUncaught } from '../cells/task.ts';
import type { Core } from '../core.ts';
import { ATOMIC, enterSection, leaveSection } from '../lock/validator.ts';

/** One of them. */
export interface Told {
  /** Whether something that it mapped is stale, and it was not told yet. */
  isToBeTold(): boolean;
  tell(): void;
}

interface Group {
  readonly members: Set<Told>;
  waiter: Waiter | undefined;
}

const groups: WeakMap<Core, Map<number, Group>> = new WeakMap();

export function addImporter(core: Core, buffer: number, importer: Told): void {
  let mine = groups.get(core);
  if (mine === undefined) {
    mine = new Map();
    groups.set(core, mine);
    core.agent.onInvalidate = (moved) => tellAll(core, moved);
  }
  let group = mine.get(buffer);
  if (group === undefined) {
    group = { members: new Set(), waiter: undefined };
    mine.set(buffer, group);
  }
  group.members.add(importer);
  watch(core, buffer, group);
}

export function removeImporter(core: Core, buffer: number, importer: Told): void {
  const group = groups.get(core)?.get(buffer);
  if (group === undefined || !group.members.delete(importer) || group.members.size > 0) return;
  groups.get(core)?.delete(buffer);
  if (group.waiter !== undefined) removeWaiter(core.agent, group.waiter);
}

function tellAll(core: Core, buffer: number): void {
  const group = groups.get(core)?.get(buffer);
  if (group === undefined) return;
  enterSection(core.agent, ATOMIC);
  try {
    // Those there are now: one that detaches while it is told takes itself off the list.
    for (const importer of [...group.members]) {
      try {
        if (importer.isToBeTold()) importer.tell();
      } catch (error) {
        // It cannot fail: what it throws is its own affair, and the others are told all the same.
        reportUncaught(error);
      }
    }
  } finally {
    leaveSection(core.agent, ATOMIC);
  }
}

function watch(core: Core, buffer: number, group: Group): void {
  if (group.waiter !== undefined) return;
  group.waiter = {
    order: nextWaiterOrder(),
    hint: exportHint(buffer),
    poll: () => {
      for (const importer of group.members) if (importer.isToBeTold()) return true;
      return false;
    },
    run: () => {
      group.waiter = undefined;
      if (core.isClosed) return;
      tellAll(core, buffer);
      if (group.members.size > 0) watch(core, buffer, group);
    },
  };
  addWaiter(core.agent, group.waiter);
}
