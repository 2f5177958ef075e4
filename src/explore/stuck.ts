/** Why nobody can go on: who sleeps where, and whether a ring was missed. */
import type { AgentRun } from './agent-run.ts';
import { DEAD, PARKED } from './agent-run.ts';
import { isSame } from './operate.ts';
import type { World } from './world.ts';
import type { Broken } from './world-parts.ts';

/** Undefined if nobody sleeps: then it is the end. Context: nobody can go on. */
export function stuckIn(world: World, describe: (site: number) => string): Broken | undefined {
  const asleep = world.agents.filter(({ status }) => status === PARKED);
  if (asleep.length === 0) return undefined;
  const missed = asleep.filter((agent) => !isSame(agent.pending.words, heldBy(agent), agent.pending.a));
  const kind = missed.length > 0 ? 'lost wake-up' : 'deadlock';
  const list = asleep.map((agent) => describeSleeper(agent, world, describe)).join('; ');
  const dead = world.agents.find(({ status }) => status === DEAD);
  const death = dead === undefined ? '' : ` Agent ${dead.name} died before its operation ${dead.operations + 1}.`;
  return { kind, message: `Nobody can go on: ${list}.${death}` };
}

function describeSleeper(agent: AgentRun, world: World, describe: (site: number) => string): string {
  const { words, index, a, site } = agent.pending;
  const { describeWord } = world.settings.parts;
  const word = describeWord?.(words, index) ?? `word ${words.byteOffset / words.BYTES_PER_ELEMENT + index}`;
  const held = heldBy(agent);
  const state = isSame(words, held, a) ? 'it still does' : `it holds ${held} by now and nobody rang`;
  return `agent ${agent.name} sleeps at ${describe(site)} while ${word} holds ${a} (${state})`;
}

function heldBy({ pending: { words, index } }: AgentRun): number {
  return words[index] as number; // an operation was executed on it
}
