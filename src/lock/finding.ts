/** The words of what the validator found: per party its ticket, what it holds, where it took that, what it takes and where. */
import type { Finding, FindingKind, FindingParty } from '../cells/lock-record.ts';
import type { Memory } from '../cells/memory.ts';
import type { Edge } from './lock-graph.ts';
import { className, sightingOf } from './lock-graph.ts';

/** Classes of the validator's own, by number (validator.ts). */
const RECLAIM = 1;
const FENCE = 2;

/** `edges`: a cycle, the reporter's own edge first. `heldBy`: who holds what it takes, now. */
export function describeCycle(memory: Memory, edges: readonly Edge[], heldBy: string): Finding {
  const parties: FindingParty[] = [];
  const lines: string[] = [];
  for (const edge of edges) {
    const names = { holds: className(memory, edge.from), takes: className(memory, edge.to) };
    const party = { ...names, ...sightingOf(memory, edge) };
    parties.push(party);
    lines.push(`- ${lineOf(edge, party)}`);
  }
  const cycle: string[] = [];
  for (const { holds } of parties) cycle.push(holds);
  cycle.push(cycle[0] as string);
  if (heldBy !== '') lines.push(`- Now '${cycle[1]}' is held by ${heldBy}.`);
  const [first] = parties as [FindingParty];
  const sentence =
    first.holds === first.takes
      ? `'${first.takes}' is taken by one that holds '${first.holds}' already, and no ticket gives way: this can deadlock.`
      : `'${first.takes}' is taken while '${first.holds}' is held, and elsewhere it is the other way round: this can deadlock.`;
  return {
    kind: 'order',
    message: [sentence, ...lines, `- The closed cycle: ${cycle.join(' -> ')}.`].join('\n'),
    heldBy,
    cycle,
    parties,
  };
}

export function describeRefusal(memory: Memory, kind: FindingKind, lockClass: number, where: string): string {
  const what = takingOf(lockClass, className(memory, lockClass));
  const at = where === '' ? '' : ` at ${where}`;
  if (kind === 'signalling')
    return `Code on the way to a signal ${what}${at}: who waits for the signal may be waited for (C2).`;
  if (kind === 'reclaim') return `Code that makes room in memory ${what}${at}: it may only try.`;
  return `Code that must not wait ${what}${at}.`;
}

function lineOf({ from, to }: Edge, { holds, takes, agent, ticket, takenAt, waitsAt }: FindingParty): string {
  const [holding, taking] = [holdingOf(from, holds), takingOf(to, takes)];
  if (agent < 0) return `By the documented order, who ${holding} also ${taking}.`;
  const who = ticket < 0 ? `Thread ${agent}` : `Ticket ${ticket} of thread ${agent}`;
  const since = takenAt === '' ? '' : ` (first at ${takenAt})`;
  return `${who} ${holding}${since}, and ${taking}${waitsAt === '' ? '' : ` at ${waitsAt}`}.`;
}

function holdingOf(lockClass: number, name: string): string {
  if (lockClass === FENCE) return 'is on the way to a signal';
  return lockClass === RECLAIM ? 'makes room in memory' : `holds '${name}'`;
}

function takingOf(lockClass: number, name: string): string {
  if (lockClass === FENCE) return 'waits for a fence';
  return lockClass === RECLAIM ? 'allocates memory' : `takes '${name}'`;
}
