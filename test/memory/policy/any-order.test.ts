/** Whatever a policy is told, in whatever order: what it proposes lives here, is not held, and suffices if anything does. */
import { describe, expect, test } from 'vitest';
import { clientOf, priorityOf, sizeOf } from '#fenceline/memory/policy/history.js';
import { Horizon } from '#fenceline/memory/policy/horizon.js';
import { Lru } from '#fenceline/memory/policy/lru.js';
import type { ReplacementPolicy } from '#fenceline/memory/policy/policy.js';
import { Told } from './told.ts';

const randomOf = (seed: number) => {
  let state = seed;
  return (below: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
};

const policies: readonly (readonly [string, () => ReplacementPolicy])[] = [
  ['horizon', () => new Horizon()],
  ['lru', () => new Lru()],
];

describe.each(policies)('%s', (_name, make) => {
  test.each([1, 2, 3, 4])('proposes only candidates, and enough of them if there are enough (seed %d)', (seed) => {
    const random = randomOf(seed);
    const one = new Told(make());
    const here = new Set<number>();
    const held = new Set<number>();
    const use = (buffers: readonly number[], client: number): void => {
      one.job(buffers, client);
      for (const buffer of buffers) here.add(buffer);
    };
    for (let step = 0; step < 2500; step++) {
      const buffer = random(60);
      const kind = random(12);
      if (kind < 5) use(random(3) > 0 ? [step % 20, 20 + (step % 7)] : [buffer, random(60)], random(3));
      else if (kind === 5) {
        const traits = {
          size: 1 + random(9),
          priority: random(4),
          moves: random(3) as 0 | 1 | 2,
          isFinal: random(9) === 0,
        };
        if (here.has(buffer)) one.set(buffer, traits);
      } else if (kind === 6) {
        one.policy.hold(buffer);
        held.add(buffer);
      } else if (kind === 7 || kind === 8) {
        one.policy.release(buffer);
        held.delete(buffer);
      } else if (kind === 9) one.policy.queue(buffer, one.now + 1 + random(20));
      else if (kind === 10) {
        if (random(2) === 0) one.policy.remove(buffer);
        else {
          one.policy.forget(buffer);
          one.histories.delete(buffer);
          held.delete(buffer);
        }
        here.delete(buffer);
      } else check(one, here, held, random);
    }
    expect(here.size).toBeGreaterThan(5);
  });
});

function check(one: Told, here: Set<number>, held: ReadonlySet<number>, random: (below: number) => number): void {
  const size = (buffer: number): number => sizeOf(one.historyOf(buffer));
  const sum = (buffers: readonly number[]): number => buffers.reduce((room, buffer) => room + size(buffer), 0);
  const client = random(3) === 0 ? random(4) : undefined;
  const isOf = (buffer: number): boolean => client === undefined || clientOf(one.historyOf(buffer)) === client;
  const candidates = [...here].filter((buffer) => !held.has(buffer) && isOf(buffer));
  const room = sum(candidates);
  const needed = random(4) === 0 ? Number.POSITIVE_INFINITY : 1 + random(room + 9);
  const victims: number[] = [];
  const suffices = one.policy.choose(needed, one.now, victims, client);
  const freed = sum(victims);
  const priorities = victims.map((victim) => priorityOf(one.historyOf(victim)));
  expect({
    suffices,
    strangers: victims.filter((victim) => !candidates.includes(victim)),
    repeated: victims.length - new Set(victims).size,
    freed: suffices ? freed >= needed : freed,
    inOrderOfPriority: priorities.every((priority, at) => at === 0 || priority >= (priorities[at - 1] ?? 0)),
    count: one.policy.count,
    size: one.policy.size,
  }).toEqual({
    suffices: room >= needed,
    strangers: [],
    repeated: 0,
    freed: room >= needed ? true : room,
    inOrderOfPriority: true,
    count: here.size,
    size: sum([...here]),
  });
  // Some of them leave.
  for (const victim of victims) {
    if (random(2) === 0) continue;
    one.policy.remove(victim);
    here.delete(victim);
  }
}
