/** Sync objects and files against Linux's chains (linux-chain.ts): random operations, compared after each. */
import { Fence, Space } from 'fenceline';
import {
  type SyncFile,
  type SyncObject,
  syncFile,
  syncObject,
  type Timeline,
  timeline,
  waitPoints,
} from 'fenceline/sync';
import { expect, test } from 'vitest';
import { isLong } from '../lengths.ts';
import {
  type ArrayFence,
  chainInit,
  findSeqno,
  isSignaled,
  type LinuxFence,
  merge,
  type Plain,
  query,
  stub,
  unwrap,
} from './linux-chain.ts';

interface Line {
  readonly timeline: Timeline;
  readonly context: number;
  readonly fences: { readonly plain: Plain; readonly fence: Fence }[];
  completed: number;
}

interface Both {
  readonly object: SyncObject;
  linux: LinuxFence | undefined;
}

interface File {
  readonly file: SyncFile;
  readonly linux: LinuxFence;
}

/** Numbers from a seed: xorshift. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed | 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

class World {
  readonly space: Space = Space.create({ budgetBytes: 2 ** 20, limits: { timelines: 8, syncObjects: 8, chunks: 512 } });
  readonly lines: Line[] = [];
  readonly objects: Both[] = [];
  readonly files: File[] = [];
  readonly random: (below: number) => number;
  readonly log: string[] = [];

  constructor(seed: number) {
    this.random = randomFrom(seed);
    for (let index = 0; index < 4; index++) {
      this.lines.push({ timeline: timeline(this.space, `t${index}`), context: index + 1, fences: [], completed: 0 });
      if (index < 3) this.objects.push({ object: syncObject(this.space, `s${index}`), linux: undefined });
    }
  }

  pick<T>(from: readonly T[]): T {
    return from[this.random(from.length)] as T;
  }

  /** A fence, new or old, of one timeline or of several. */
  fence(): { fence: Fence; linux: Plain | ArrayFence } {
    const count = this.random(4) === 0 ? 2 + this.random(2) : 1;
    const chosen = [...this.lines].sort(() => this.random(3) - 1).slice(0, count);
    const points = chosen.map((line) => {
      if (line.fences.length === 0 || this.random(3) > 0) {
        const seqno = line.fences.length + 1;
        const plain: Plain = {
          kind: 'plain',
          name: `${line.timeline.label} ${seqno}`,
          context: line.context,
          seqno,
          isSignaled: false,
        };
        line.fences.push({ plain, fence: line.timeline.issue() });
        return line.fences.at(-1) as (typeof line.fences)[number];
      }
      return this.pick(line.fences);
    });
    points.sort((a, b) => a.plain.context - b.plain.context);
    const [first] = points;
    if (points.length === 1 && first !== undefined) return { fence: first.fence, linux: first.plain };
    return {
      fence: Fence.all(points.map(({ fence }) => fence)),
      linux: { kind: 'array', members: points.map(({ plain }) => plain) },
    };
  }

  signal(): void {
    const line = this.pick(this.lines);
    if (line.completed === line.fences.length) return;
    const upTo = line.completed + 1 + this.random(line.fences.length - line.completed);
    line.timeline.signal((line.fences[upTo - 1] as Line['fences'][number]).fence);
    for (const { plain } of line.fences) if (plain.seqno <= upTo) plain.isSignaled = true;
    line.completed = upTo;
  }

  point(): number {
    return this.random(24);
  }

  step(): void {
    const both = this.pick(this.objects);
    const what = this.random(12);
    const point = 1 + this.point();
    if (what === 0) {
      const { fence, linux } = this.fence();
      this.log.push(`replace ${both.object.label}`);
      both.object.replace(fence);
      both.linux = linux;
    } else if (what <= 3) {
      const { fence, linux } = this.fence();
      this.log.push(`add ${both.object.label} ${point}`);
      both.object.replace(fence, point);
      both.linux = chainInit(both.linux, linux, point);
    } else if (what <= 6) {
      this.log.push('signal');
      this.signal();
    } else if (what === 7) {
      const at = this.random(3) === 0 ? undefined : this.point();
      this.log.push(`signal ${both.object.label} ${at}`);
      both.object.signal(at);
      both.linux = at === undefined ? stub() : chainInit(both.linux, stub(), at);
    } else if (what === 8 && this.random(4) === 0) {
      this.log.push(`reset ${both.object.label}`);
      both.object.reset();
      both.linux = undefined;
    } else if (what <= 9) this.transfer(both);
    else if (what === 10) this.export(both);
    else this.mergeFiles();
  }

  transfer(to: Both): void {
    const from = this.pick(this.objects);
    const [fromPoint, point] = [this.random(2) * this.point(), this.random(2) * this.point()];
    this.log.push(`transfer ${to.object.label} ${point} from ${from.object.label} ${fromPoint}`);
    const found = from.linux === undefined ? 'missing' : findSeqno(from.linux, fromPoint);
    if (found === 'missing') {
      expect(() => to.object.transfer(from.object, { fromPoint, point })).toThrowError(
        expect.objectContaining({ code: 'ENOENT' }),
      );
      return;
    }
    to.object.transfer(from.object, { fromPoint, point });
    if (point === 0) to.linux = found ?? stub();
    else to.linux = chainInit(to.linux, merge([found ?? stub()]), point);
  }

  export({ object, linux }: Both): void {
    if (linux === undefined) {
      expect(() => object.exportFile()).toThrowError(expect.objectContaining({ code: 'ENOENT' }));
      return;
    }
    this.log.push(`export ${object.label}`);
    this.add({ file: object.exportFile(), linux });
  }

  mergeFiles(): void {
    const { fence, linux } = this.fence();
    this.add({ file: syncFile(fence, 'one'), linux });
    const [a, b] = [this.pick(this.files), this.pick(this.files)];
    this.log.push('merge');
    const merged = { file: a.file.merge(b.file, 'both'), linux: merge([a.linux, b.linux]) };
    if (this.random(2) === 0) {
      const both = this.pick(this.objects);
      this.log.push(`import ${both.object.label}`);
      both.object.replace(a.file);
      both.linux = a.linux;
    }
    this.add(merged);
  }

  add(one: File): void {
    if (this.files.length > 6) this.files.splice(this.random(6), 1)[0]?.file.dispose();
    this.files.push(one);
  }

  async compare(): Promise<void> {
    for (const { object, linux } of this.objects) {
      expect(object.isEmpty).toBe(linux === undefined);
      expect(object.query({ submitted: true })).toBe(linux?.kind === 'node' ? linux.seqno : 0);
      const asked = this.random(2) * this.point();
      const found = linux === undefined ? 'missing' : findSeqno(linux, asked);
      const fence = object.peek(asked);
      if (found === 'missing') expect(fence).toBeUndefined();
      else expect(fence?.status).toBe(found === undefined || isSignaled(found) ? 'done' : 'pending');
      expect(object.query()).toBe(query(linux));
      const outcome = await waitPoints([{ object, point: asked }], { timeoutMs: 0 }).catch(({ code }) => code);
      if (found === 'missing') expect(outcome).toBe('ENOENT');
      else expect(outcome).toBe(found === undefined || isSignaled(found) ? 0 : 'ETIME');
    }
    for (const { file, linux } of this.files) {
      expect(file.leaves.map(({ status }) => status === 'done')).toEqual(unwrap(linux).map((one) => one.isSignaled));
      expect(file.leaves.map(({ timeline, seqno }) => `${timeline} ${seqno}`)).toEqual(
        unwrap(linux).map(({ name, seqno }) => `${name.split(' ')[0]} ${seqno}`),
      );
      expect(file.status).toBe(isSignaled(linux) ? 'done' : 'pending');
    }
  }
}

const seeds = Array.from({ length: isLong ? 40 : 15 }, (_, index) => index * 7919 + 1);

test.each(seeds)('sync objects and files do as Linux does (seed %i)', async (seed) => {
  const world = new World(seed);
  for (let step = 0; step < 150; step++) {
    world.step();
    try {
      await world.compare();
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      throw new Error(`Seed ${seed}, step ${step}, after: ${world.log.slice(-20).join('; ')}. ${message}`);
    }
  }
  await world.space.close();
});
