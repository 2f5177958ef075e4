/**
 * Room that is made: evicting 1 MiB for 1 MiB that comes back, against copying both by hand; and how long somebody waits who
 * looks at what was swapped out, against what is there.
 */
import { Space } from 'fenceline';
import { createBuffer } from '#fenceline/buffer/buffer.js';
import type { Agent } from '#fenceline/cells/memory.js';
import { createCore } from '#fenceline/core.js';
import { moveEvicting, newRequest, type Request } from '#fenceline/memory/evict.js';
import { moveLocked } from '#fenceline/memory/move.js';
import { freshen } from '#fenceline/memory/placement.js';
import { residenceOf, swapHeapOf } from '#fenceline/memory/residence.js';
import { openLockSet } from '#fenceline/reservation/lock-set.js';
import { isIdle } from '#fenceline/schedule/idle.js';
import { costRow, interleave, timed, timedAsync } from '../rounds.ts';
import type { Row, Scale } from '../row.ts';

/** Some thousand evictions go by until the engine has compiled all of what takes part: most of the time is in the copies. */
const parameters = {
  smoke: { rounds: 5, warmups: 1, turns: 2 },
  full: { rounds: 61, warmups: 120, turns: 32 },
};
const sizeBytes = 2 ** 20;
const swap = { sizeBytes: 4 * sizeBytes };

export default async function rows(scale: Scale): Promise<readonly Row[]> {
  return [await evicting(scale), await stalling(scale)];
}

async function evicting(scale: Scale): Promise<Row> {
  const { rounds, warmups, turns } = parameters[scale];
  const { agent } = createCore({ budgetBytes: sizeBytes, patienceMs: 1000, heaps: [], limits: {}, swap });
  const [first, second] = [createBuffer(agent, sizeBytes, 1, 0).buffer, createBuffer(agent, sizeBytes, 1, 0).buffer];
  moveLocked(agent, first, 0);
  freshen(agent, first);
  moveLocked(agent, second, swapHeapOf(agent));
  freshen(agent, second);
  const request = newRequest(openLockSet(agent), isIdle);
  const bytes = [0, 1, 2, 3].map(() => new Uint8Array(new SharedArrayBuffer(sizeBytes)));
  const measured = await interleave(
    [
      { name: 'ours', run: () => timed(turns, () => changePlaces(agent, request, [first, second], turns)) },
      { name: 'copies', run: () => timed(turns, () => copyTwice(bytes, turns)) },
    ],
    rounds,
    warmups,
  );
  const what = 'evicting 1 MiB for 1 MiB that comes back';
  return costRow(measured, 'ours', 'copies', { what, against: 'two copies by TypedArray.set', goal: { atMost: 1.2 } });
}

/** Brings each in turn into a heap that holds one. Outcomes: how many came. */
function changePlaces(agent: Agent, request: Request, buffers: readonly [number, number], turns: number): number {
  let moved = 0;
  for (let turn = 0; turn < turns; turn++) {
    const [first, second] = buffers;
    const next = residenceOf(agent, first) === 0 ? second : first;
    if (moveEvicting(agent, request, next, 0) && residenceOf(agent, next) === 0) moved++;
  }
  return moved;
}

function copyTwice(bytes: readonly Uint8Array[], turns: number): number {
  // There are four.
  const [from, out, back, into] = bytes as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
  let copied = 0;
  for (let turn = 0; turn < turns; turn++) {
    out.set(from);
    into.set(back);
    copied++;
  }
  return copied;
}

async function stalling(scale: Scale): Promise<Row> {
  const { rounds, warmups, turns } = parameters[scale];
  const [short, ample] = [await lookers(sizeBytes), await lookers(2 * sizeBytes)];
  const measured = await interleave(
    [
      { name: 'ours', run: () => timedAsync(2 * turns, () => short.look(turns)) },
      { name: 'resident', run: () => timedAsync(2 * turns, () => ample.look(turns)) },
    ],
    rounds,
    warmups,
  );
  await short.close();
  await ample.close();
  const what = 'map 1 MiB that was swapped out, which another has to leave for';
  return costRow(measured, 'ours', 'resident', { what, against: 'map what is in memory' });
}

/** Two buffers, each looked at in turn: within a budget of one, each look has to wait until the other is out and it is in. */
async function lookers(budgetBytes: number) {
  const space = Space.create({ budgetBytes, swap });
  const buffers = [space.buffer('u8', [sizeBytes]), space.buffer('u8', [sizeBytes])];
  for (const [index, buffer] of buffers.entries()) await buffer.set(new Uint8Array(sizeBytes).fill(index + 1));
  return {
    look: async (turns: number): Promise<number> => {
      let sum = 0;
      for (let turn = 0; turn < turns; turn++) {
        for (const buffer of buffers) {
          using view = await buffer.map('read');
          sum += view.data[turn] ?? 0;
        }
      }
      return sum;
    },
    close: () => space.close(),
  };
}
