/** Calls of timelines and sync objects. */
import * as sync from 'fenceline/sync';
import type { KilledCall } from '../call.ts';
import { noting, spyOn } from '../spy.ts';
import { ownFlag, ownLine } from './props.ts';

const call = {
  timeline: noting('timeline()', sync.timeline),
  syncObject: noting('syncObject()', sync.syncObject),
  batch: noting('batch()', sync.batch),
  waitPoints: noting('waitPoints()', sync.waitPoints),
  waitPointsSync: noting('waitPointsSync()', sync.waitPointsSync),
};

export const syncCalls: Readonly<Record<string, KilledCall>> = {
  timeline: {
    prepare:
      ({ space }) =>
      () =>
        call.timeline(space, 'own line'),
  },
  'timeline that signals when it is waited for': {
    prepare: (world) => async () => {
      const hooks = { onFirstWait: () => line.signal(), onDeadline: () => {} };
      const line = call.timeline(world.space, 'lazy line', hooks);
      const fence = line.issue();
      fence.hintDeadline(Date.now() + 100);
      world.owe(fence.handle);
      await fence.wait();
      line.dispose();
    },
  },
  'timeline.issue': {
    prepare: (world) => {
      const line = ownLine(world);
      return () => world.owe(line.issue().handle);
    },
  },
  'timeline.signal': {
    prepare: (world) => {
      const line = ownLine(world);
      const [first] = [line.issue(), line.issue()];
      world.owe(first.handle);
      return () => {
        line.signal(first);
        line.signal();
      };
    },
  },
  'timeline.fail': {
    prepare: (world) => {
      const line = ownLine(world);
      const fence = line.issue();
      world.owe(fence.handle);
      return () => line.fail(fence, new Error('no'));
    },
  },
  'timeline.dispose': {
    prepare: (world) => {
      const line = ownLine(world);
      world.owe(line.issue().handle);
      return () => line.dispose();
    },
  },
  'looks at a timeline': {
    prepare: (world) => {
      const line = ownLine(world);
      return () => [line.handle, line.issued, line.completed];
    },
  },
  'timeline.close': {
    prepare: (world) => {
      const line = ownLine(world);
      world.owe(line.issue().handle);
      return () => line.close();
    },
  },
  'iterates over a timeline': {
    prepare: (world) => {
      const line = spyOn('Timeline', world.space.open(world.line));
      return async () => {
        for await (const completed of line) if (completed > 0) break;
        line.dispose();
      };
    },
  },
  batch: {
    prepare: (world) => {
      const line = ownLine(world);
      const fences = [line.issue(), line.issue()];
      for (const fence of fences) world.owe(fence.handle);
      return () => call.batch(world.space, () => fences.map((fence) => line.signal(fence)));
    },
  },
  syncObject: {
    prepare:
      ({ space }) =>
      () =>
        call.syncObject(space, 'own flag'),
  },
  'syncObject.replace': {
    prepare: (world) => {
      const flag = ownFlag(world);
      return () => {
        flag.replace(world.later);
        flag.replace(world.done);
      };
    },
  },
  'syncObject.replace of points': {
    prepare: (world) => {
      const flag = ownFlag(world);
      return () => {
        flag.replace(world.later, 1);
        flag.replace(world.done, 3);
      };
    },
  },
  'syncObject.replace of a shared one': {
    prepare: (world) => {
      const flag = spyOn('SyncObject', world.space.open(world.flag));
      return () => flag.replace(world.later);
    },
  },
  'syncObject.reset': {
    prepare: (world) => {
      const flag = ownFlag(world);
      flag.replace(world.later, 1);
      return () => flag.reset();
    },
  },
  'syncObject.submitted': {
    prepare: (world) => {
      const flag = spyOn('SyncObject', world.space.open(world.flag));
      return async () => (await flag.submitted()).wait();
    },
  },
  'syncObject.submittedSync': {
    prepare: (world) => {
      const flag = spyOn('SyncObject', world.space.open(world.flag));
      return () => flag.submittedSync();
    },
  },
  'looks at a sync object': {
    prepare: (world) => {
      const flag = ownFlag(world);
      return () => [flag.handle, flag.isEmpty];
    },
  },
  'syncObject.dispose': {
    prepare: (world) => {
      const flag = ownFlag(world);
      flag.replace(world.later, 1);
      return () => flag.dispose();
    },
  },
  'syncObject.signal': {
    prepare: (world) => {
      const flag = ownFlag(world);
      flag.replace(world.later, 1);
      return () => {
        flag.signal();
        flag.signal(2);
      };
    },
  },
  'looks into a sync object': {
    prepare: (world) => {
      const flag = ownFlag(world);
      flag.replace(world.later, 1);
      return () => [flag.query(), flag.query({ submitted: true }), flag.peek(1)];
    },
  },
  'syncObject.transfer': {
    prepare: (world) => {
      const [flag, from] = [ownFlag(world), ownFlag(world)];
      from.replace(world.later, 1);
      return () => flag.transfer(from, { fromPoint: 1, point: 2 });
    },
  },
  'syncObject.onPoint': {
    prepare: (world) => {
      const flag = spyOn('SyncObject', world.space.open(world.flag));
      return () => new Promise<void>((resolve) => flag.onPoint(0, resolve));
    },
  },
  waitPoints: {
    prepare: (world) => {
      const object = world.space.open(world.flag);
      return () => call.waitPoints([{ object }], { forSubmit: true });
    },
  },
  waitPointsSync: {
    prepare: (world) => {
      const object = world.space.open(world.flag);
      return () => call.waitPointsSync([{ object }], { forSubmit: true });
    },
  },
};
