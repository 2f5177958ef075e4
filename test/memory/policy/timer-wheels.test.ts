/** Timer wheels against the simplest model: a map of what is due when, looked through whenever it is asked. */
import { expect, test } from 'vitest';
import { TimerWheels } from '#fenceline/memory/policy/timer-wheels.js';

const randomOf = (seed: number) => {
  let state = seed;
  return (below: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
};

test('what is due is taken by its time and not before, whatever was set, set again and cancelled', () => {
  for (let seed = 1; seed <= 5; seed++) {
    const random = randomOf(seed);
    const wheels = new TimerWheels();
    const model = new Map<number, { clock: number; time: number }>();
    const now = [0, 0, 0];
    for (let step = 0; step < 1500; step++) {
      const [item, clock] = [random(200), random(3)];
      const today = now[clock] ?? 0;
      if (random(5) === 0) {
        wheels.cancel(item);
        model.delete(item);
      } else if (random(3) > 0) {
        // Soon, beyond the ring, or past already, which is due at the next time.
        const time = today + [random(30), random(5000), -random(9)][random(3)]!;
        wheels.set(item, clock, time);
        model.set(item, { clock, time: Math.max(time, today + 1) });
      } else {
        const next = today + [1, 1, random(60), random(4000)][random(4)]!;
        now[clock] = next;
        const due = [...model].filter(([, entry]) => entry.clock === clock && entry.time <= next).map(([is]) => is);
        const taken: number[] = [];
        for (let is = wheels.take(clock, next); is >= 0; is = wheels.take(clock, next)) taken.push(is);
        expect(taken.sort((a, b) => a - b)).toEqual(due.sort((a, b) => a - b));
        for (const is of taken) model.delete(is);
      }
    }
    wheels.clear();
    expect([wheels.take(0, 1e6), wheels.take(1, 1e6)]).toEqual([-1, -1]);
  }
});
