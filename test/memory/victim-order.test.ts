/** Whose buffers give way first: the rules, each with both of its sides, and a model of what they add up to. */
import { describe, expect, test } from 'vitest';
import { type Candidate, orderVictims, type Standing } from '#fenceline/memory/victim-order.js';

const [low, high, third] = [5, 6, 7];

function candidate(buffer: number, client: number, bytes: number = 100): Candidate {
  return { buffer, client, bytes };
}

function standing(priority: number, usedBytes: number, shareBytes: number): Standing {
  return { priority, usedBytes, shareBytes };
}

function order(list: readonly Candidate[], standings: ReadonlyMap<number, Standing>, only: number = 0): number[] {
  return orderVictims(list, standings, only).map(({ buffer }) => buffer);
}

describe('the order of victims', () => {
  test('is that of the policy where there are no clients', () => {
    const list = [candidate(3, 0), candidate(1, 0), candidate(2, 9)];
    expect(order(list, new Map())).toEqual([3, 1, 2]);
  });

  test('has only buffers of a client whose own budget has no room', () => {
    const list = [candidate(1, low), candidate(2, high), candidate(3, low), candidate(4, 0)];
    expect(
      order(
        list,
        new Map([
          [low, standing(0, 200, 500)],
          [high, standing(0, 100, 0)],
        ]),
        low,
      ),
    ).toEqual([1, 3]);
  });

  test('has clients of lower priority first, and the policy decides among equals', () => {
    const list = [candidate(1, high), candidate(2, low), candidate(3, 0), candidate(4, third), candidate(5, low)];
    const standings = new Map([
      [low, standing(-1, 200, 0)],
      [high, standing(2, 100, 0)],
      [third, standing(0, 100, 0)],
    ]);
    expect(order(list, standings)).toEqual([2, 5, 3, 4, 1]);
  });

  test('protects a share in the first pass, also of a client of lower priority', () => {
    const list = [candidate(1, low), candidate(2, low), candidate(3, low), candidate(4, high)];
    const standings = new Map([
      [low, standing(-5, 300, 200)],
      [high, standing(5, 100, 0)],
    ]);
    expect(order(list, standings)).toEqual([1, 4, 2, 3]);
  });

  test.each([
    [300, [1, 2]],
    [301, [2, 1]],
  ])('permits to take what is beyond a share to the byte (share %i of 400)', (shareBytes, expected) => {
    const standings = new Map([
      [low, standing(-1, 400, shareBytes)],
      [high, standing(1, 100, 0)],
    ]);
    expect(order([candidate(1, low), candidate(2, high)], standings)).toEqual(expected);
  });

  test('goes on to a smaller buffer when a larger one would cut into the share', () => {
    const list = [candidate(1, low, 300), candidate(2, low, 50), candidate(3, high, 10)];
    const standings = new Map([
      [low, standing(0, 350, 300)],
      [high, standing(0, 10, 0)],
    ]);
    expect(order(list, standings)).toEqual([2, 3, 1]);
  });

  test('leaves nobody out: everything evictable goes before a request fails', () => {
    for (let seed = 1; seed <= 200; seed++) {
      let state = seed;
      const next = (below: number): number => {
        state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
        return (state >>> 16) % below;
      };
      const standings = new Map<number, Standing>();
      for (let token = 1; token <= 3; token++) standings.set(token, standing(next(3), next(600), next(400)));
      const list = Array.from({ length: 12 }, (_, buffer) => candidate(buffer, next(5), 1 + next(150)));
      const ordered = orderVictims(list, standings, 0);
      expect([...ordered].sort((a, b) => a.buffer - b.buffer)).toEqual(list);
      checkPasses(ordered, standings);
    }
  });
});

/** Along the order: once a share was cut into, nobody's buffer follows that could have gone without. */
function checkPasses(ordered: readonly Candidate[], standings: ReadonlyMap<number, Standing>): void {
  const left = new Map([...standings].map(([token, { usedBytes }]) => [token, usedBytes]));
  let isSecond = false;
  let priority = Number.NEGATIVE_INFINITY;
  for (const { client, bytes, buffer } of ordered) {
    const mine = standings.get(client);
    const rest = (left.get(client) ?? 0) - bytes;
    const isCut = mine !== undefined && mine.shareBytes > 0 && rest < mine.shareBytes;
    if (isCut && !isSecond) {
      isSecond = true;
      priority = Number.NEGATIVE_INFINITY;
    }
    expect(isCut, `buffer ${buffer}`).toBe(isSecond);
    expect(mine?.priority ?? 0).toBeGreaterThanOrEqual(priority);
    priority = mine?.priority ?? 0;
    if (!isSecond) left.set(client, rest);
  }
}
