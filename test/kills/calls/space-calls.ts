/** Calls of a space, each as a thread makes it that is stopped in the middle. */
import { Space } from 'fenceline';
import * as dump from 'fenceline/dump';
import type { KilledCall } from '../call.ts';
import { noting } from '../spy.ts';
import { ownFlag, ownLine, ownPhoto, photoLength, twos } from './props.ts';

const call = { dumpMemory: noting('dumpMemory()', dump.dumpMemory) };

export const spaceCalls: Readonly<Record<string, KilledCall>> = {
  'Space.join': {
    isOutside: true,
    prepare:
      ({ errand }) =>
      () =>
        Space.join(errand.space),
  },
  'space.buffer': {
    prepare:
      ({ space }) =>
      () =>
        space.buffer('i32', [photoLength], { label: 'new' }),
  },
  'space.client': {
    prepare:
      ({ space }) =>
      () =>
        space.client('library', { budgetBytes: 4096, priority: 1 }),
  },
  'Space.join of a client': {
    prepare: ({ space }) => {
      const { handle } = space.client('library');
      return () => Space.join(handle);
    },
  },
  'buffer.set within the budget of a client': {
    prepare: ({ space }) => {
      const client = space.client('library', { budgetBytes: 256 });
      const [first, second] = [client.buffer('i32', [photoLength]), client.buffer('i32', [photoLength])];
      return async () => {
        await Promise.all([first.set(twos), second.set(twos)]);
        first.dispose();
        await second.set(twos);
      };
    },
  },
  'client.budgetBytes': {
    prepare: ({ space }) => {
      const client = space.client('library');
      return () => {
        client.budgetBytes = 4096;
        return [client.budgetBytes, client.handle, client.describe()];
      };
    },
  },
  'client.close': {
    prepare: async ({ space }) => {
      const client = space.client('library', { budgetBytes: 4096 });
      const photo = client.buffer('i32', [photoLength]);
      await photo.set(twos);
      return () => client.close();
    },
  },
  'space.fence': {
    prepare: (world) => async () => {
      const fence = world.space.fence(Promise.resolve(), 'kept');
      world.owe(fence.handle);
      await fence.wait();
    },
  },
  'space.fence that fails': {
    prepare: (world) => async () => {
      const fence = world.space.fence(Promise.reject(new Error('no')), 'broken');
      world.owe(fence.handle);
      await fence.settled();
    },
  },
  'space.open of a buffer': {
    prepare:
      ({ space, errand }) =>
      () =>
        space.open(errand.photo),
  },
  'space.open of a gift': {
    prepare:
      ({ space, errand }) =>
      () =>
        space.open(errand.gift),
  },
  'space.open of a fence': {
    prepare:
      ({ space, errand }) =>
      () =>
        space.open(errand.later),
  },
  'space.open of a timeline': {
    prepare:
      ({ space, errand }) =>
      () =>
        space.open(errand.line),
  },
  'space.open of a sync object': {
    prepare:
      ({ space, errand }) =>
      () =>
        space.open(errand.flag),
  },
  'space.describe': {
    prepare:
      ({ space }) =>
      () =>
        space.describe(),
  },
  dumpMemory: {
    isComposed: true,
    prepare:
      ({ space }) =>
      () =>
        call.dumpMemory(space),
  },
  'space.on': {
    prepare:
      ({ space }) =>
      () =>
        space.on('crash', () => {})[Symbol.dispose](),
  },
  'looks at the space': {
    prepare:
      ({ space }) =>
      () => [space.budgetBytes, space.handle, space.isShared, space.transactionStats],
  },
  'space.budgetBytes': {
    prepare: ({ space }) => {
      const { budgetBytes } = space;
      return () => {
        space.budgetBytes = budgetBytes;
      };
    },
  },
  'space.close': {
    prepare: async (world) => {
      const { space, photo, later } = world;
      await photo.map('update');
      await ownPhoto(world);
      ownLine(world).issue();
      ownFlag(world).replace(later);
      return () => space.close();
    },
  },
};
