/** The words of what the validator found: per party its ticket, what it holds, where it took that, what it takes and where. */
import type { Finding, FindingKind, FindingParty } from '../cells/lock-record.ts';
import type { Memory } from '../cells/memory.ts';
import type { Edge } from './lock-graph.ts';
import { className, sightingOf } from './lock-graph.ts';

/** `edges`: a cycle, the reporter's own edge first. */
export function describeCycle(memory: Memory, edges: readonly Edge[]): Finding {
  const parties: FindingParty[] = [];
  for (const edge of edges) {
    const names = { holds: className(memory, edge.from), takes: className(memory, edge.to) };
    parties.push({ ...names, ...sightingOf(memory, edge) });
  }
  const cycle: string[] = [];
  for (const { holds } of parties) cycle.push(holds);
  cycle.push(cycle[0] as string);
  const lines: string[] = [];
  for (const party of parties) lines.push(`- ${lineOf(party)}`);
  const [first] = parties as [FindingParty];
  const sentence =
    first.holds === first.takes
      ? `'${first.takes}' is taken by one that holds '${first.holds}' already, and no ticket gives way: this can deadlock.`
      : `'${first.takes}' is taken while '${first.holds}' is held, and elsewhere it is the other way round: this can deadlock.`;
  return {
    kind: 'order',
    message: [sentence, ...lines, `- The closed cycle: ${cycle.join(' -> ')}.`].join('\n'),
    cycle,
    parties,
  };
}

export function describeRefusal(memory: Memory, kind: FindingKind, lockClass: number, where: string): string {
  const what = takingOf(className(memory, lockClass));
  const at = where === '' ? '' : ` at ${where}`;
  if (kind === 'signalling')
    return `Code on the way to a signal ${what}${at}: who waits for the signal may be waited for (C2).`;
  if (kind === 'reclaim') return `Code that makes room in memory ${what}${at}: it may only try.`;
  return `Code that must not wait ${what}${at}.`;
}

function lineOf({ holds, takes, agent, ticket, takenAt, waitsAt }: FindingParty): string {
  if (agent < 0) return `By the documented order, who ${holdingOf(holds)} also ${takingOf(takes)}.`;
  const who = ticket < 0 ? `Thread ${agent}` : `Ticket ${ticket} of thread ${agent}`;
  const since = takenAt === '' ? '' : ` (first at ${takenAt})`;
  return `${who} ${holdingOf(holds)}${since}, and ${takingOf(takes)}${waitsAt === '' ? '' : ` at ${waitsAt}`}.`;
}

function holdingOf(name: string): string {
  if (name === 'fence') return 'is on the way to a signal';
  return name === 'reclaim' ? 'makes room in memory' : `holds '${name}'`;
}

function takingOf(name: string): string {
  if (name === 'fence') return 'waits for a fence';
  return name === 'reclaim' ? 'allocates memory' : `takes '${name}'`;
}
