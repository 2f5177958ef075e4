/**
 * The five steps of seed 001 on three devices, through the public API alone:
 *   1. a device has imported a buffer of another one, and maps it; 2. it asks its exporter; 3. the exporter sees that the
 *   buffer is better off in its own device's memory, which the importer reaches directly; 4. it moves it there, and others out
 *   of it to make room; 5. the importers of those are told, and one of them may be the device that began.
 *
 * Every device works on what it mapped, at the addresses that it was given, in jobs ordered by nothing but fences. Work adds
 * one to every byte: at the end each buffer must hold exactly as much as was done to it.
 */
import assert from 'node:assert/strict';
import { Fence, FencelineError, type Space, type Transaction } from 'fenceline';
import { type Attachment, attach, type Exported, exportBuffer, type SgList, sgList } from 'fenceline/driver';
import { implicit, timeline } from 'fenceline/sync';
import { MockDevice } from './mock-device.ts';

const sizeBytes = 64;
/** Of a device's memory: fewer than it exports. */
const room = 2;
const exportedEach = 3;
/** Of one transaction: what one exporter has to hold at once is never more than it has room for. */
const mappedMax = 2;

type Frame = Exported<'u8', readonly [typeof sizeBytes], SgList>;

interface Import {
  readonly frame: Frame;
  readonly exporter: Board;
  readonly link: Attachment<SgList>;
  /** Its page table: what it mapped, until it is told that it is stale. */
  pages: SgList | undefined;
}

export interface Tally {
  /** Work that was begun, by buffer. */
  readonly done: Map<number, number>;
  /** How often an importer was told that what it had mapped is stale; and how often that was the one whose map it was. */
  told: number;
  toldItself: number;
  maps: number;
}

/** A device with its memory, what it exports, and what it imports of the others. */
class Board {
  readonly mock: MockDevice;
  readonly frames: Frame[] = [];
  readonly imports: Import[] = [];
  readonly #space: Space;
  readonly #tally: Tally;
  /** Transactions of its own in which it maps just now. */
  #mapping = 0;

  constructor(space: Space, name: string, names: readonly string[], tally: Tally) {
    this.#space = space;
    this.#tally = tally;
    this.mock = new MockDevice(space, name, room * sizeBytes, { ticks: true, reaches: names });
    for (let index = 0; index < exportedEach; index++) this.frames.push(this.#export(name));
  }

  #export(name: string): Frame {
    return exportBuffer(
      this.#space,
      {
        name: `${name}'s`,
        heaps: ['system'],
        device: name,
        map: async (buffer, tx, { isPeer }) => {
          this.#tally.maps++;
          assert(isPeer, 'All three devices reach each other.');
          await tx.place(buffer, [name]);
          const address = this.mock.device.offsetOf(buffer);
          return sgList([
            { address, sizeBytes: sizeBytes / 2, bus: name },
            { address: address + sizeBytes / 2, sizeBytes: sizeBytes / 2, bus: name },
          ]);
        },
        unmap: () => {},
        release: () => {},
      },
      'u8',
      [sizeBytes],
    );
  }

  import(exporter: Board, frame: Frame): void {
    const invalidate = (): void => {
      one.pages = undefined;
      this.#tally.told++;
      if (this.#mapping > 0) this.#tally.toldItself++;
    };
    const importer = { name: `${this.mock.device.name} of ${frame.id}`, invalidate, allowPeer: true };
    const link = attach(frame, { ...importer, device: this.mock.device.name });
    const one: Import = { frame, exporter, link, pages: undefined };
    this.imports.push(one);
  }

  /** Maps some of what it imports, in one transaction, and begins work on them. Outcomes: the fence of the work. */
  async work(chosen: readonly Import[]): Promise<Fence> {
    this.#mapping++;
    try {
      return await this.#space.transaction(async (tx) => {
        for (const one of chosen) await this.#map(tx, one);
        // Mapping the second may have moved the first: a look under the lock, and it is mapped again.
        for (const one of chosen) await this.#map(tx, one);
        return this.#begin(tx, chosen);
      });
    } finally {
      this.#mapping--;
    }
  }

  async #map(tx: Transaction, one: Import): Promise<void> {
    await tx.lock(one.frame);
    if (one.link.isStale || one.pages === undefined) one.pages = await one.link.map(tx);
  }

  #begin(tx: Transaction, chosen: readonly Import[]): Fence {
    const places = chosen.map(({ exporter, pages, link }) => {
      assert(pages !== undefined && !link.isStale, 'What is worked on is mapped.');
      const [run, ...others] = pages;
      assert(run !== undefined && others.length === 0, 'Runs that follow one another are one.');
      return exporter.mock.memory.subarray(run.address, run.address + run.sizeBytes);
    });
    const files = chosen.map(({ frame }) => implicit(frame).exportFile('write'));
    const after = Fence.all(files.map(({ fence }) => fence));
    // A lane of its own: work on other buffers may be over earlier.
    const lane = timeline(this.#space, 'lane');
    const worked = lane.issue();
    for (const { link, frame } of chosen) {
      link.use(tx, worked, 'update');
      this.#tally.done.set(frame.id, (this.#tally.done.get(frame.id) ?? 0) + 1);
    }
    after.onSettled(() => {
      assert.equal(after.status, 'done');
      for (const place of places) place.set(place.map((byte) => byte + 1));
      lane.signal();
      lane.dispose();
      for (const file of files) file.dispose();
    });
    return worked;
  }

  async end(): Promise<void> {
    for (const { link } of this.imports) link.dispose();
    for (const frame of this.frames) frame.dispose();
    await this.mock.end();
  }
}

/** Numbers from 0 to below `limit`, the same for the same seed (mulberry32). */
export function randomFrom(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}

/** Runs that many steps, several under way at once, for as long as it may take. Outcomes: what was done. */
export async function runFiveSteps(space: Space, seed: number, steps: number, secondsMax: number): Promise<Tally> {
  const random = randomFrom(seed);
  const tally: Tally = { done: new Map(), told: 0, toldItself: 0, maps: 0 };
  const names = ['gpu', 'vpu', 'npu'];
  const boards = names.map((name) => new Board(space, name, names, tally));
  for (const board of boards) {
    for (const other of boards) if (other !== board) for (const frame of other.frames) board.import(other, frame);
  }
  for (const frame of boards.flatMap(({ frames }) => frames)) await frame.set(new Uint8Array(sizeBytes));
  const until = performance.now() + secondsMax * 1000;
  const underWay = new Set<Promise<void>>();
  for (let step = 0; step < steps && performance.now() < until; step++) {
    const board = boards[random(boards.length)] as Board; // below their number
    const running = oneStep(board, random).finally(() => underWay.delete(running));
    underWay.add(running);
    if (underWay.size >= 4) await Promise.race(underWay);
  }
  await Promise.all(underWay);
  for (const frame of boards.flatMap(({ frames }) => frames)) {
    const wanted = (tally.done.get(frame.id) ?? 0) & 255;
    assert.deepEqual([...(await frame.get())], new Array(sizeBytes).fill(wanted), `Buffer ${frame.id}, seed ${seed}.`);
  }
  for (const board of boards) await board.end();
  return tally;
}

/** Mostly the five steps; now and then a processor looks at a buffer, which comes home for that. */
async function oneStep(board: Board, random: (limit: number) => number): Promise<void> {
  const { imports } = board;
  const first = imports[random(imports.length)] as Import; // below their number
  const second = imports[random(imports.length)] as Import;
  if (random(8) === 0) {
    const bytes = await first.frame.get();
    assert(
      bytes.every((byte) => byte === bytes[0]),
      'Nobody sees half of what was done.',
    );
    return;
  }
  const chosen = first === second ? [first] : [first, second].slice(0, mappedMax);
  try {
    await (await board.work(chosen)).wait();
  } catch (error) {
    assert(!FencelineError.is(error, 'ENOMEM'), 'Contention is never out of memory.');
    throw error;
  }
}
