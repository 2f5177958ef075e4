/** Calls of buffers. */
import type { KilledCall } from '../call.ts';
import { spyOn } from '../spy.ts';
import { ownPhoto, photoLength, twos } from './props.ts';

export const bufferCalls: Readonly<Record<string, KilledCall>> = {
  set: {
    prepare:
      ({ photo }) =>
      () =>
        photo.set(twos),
  },
  'set of a new buffer': {
    prepare: ({ space }) => {
      const buffer = space.buffer('i32', [photoLength]);
      return () => buffer.set(twos);
    },
  },
  'set behind a mapping': {
    hindrance: 'mapping',
    prepare:
      ({ photo }) =>
      () =>
        photo.set(twos),
  },
  'set behind a lock': {
    hindrance: 'lock',
    prepare:
      ({ photo }) =>
      () =>
        photo.set(twos),
  },
  'set without memory': {
    hindrance: 'memory',
    prepare: ({ space }) => {
      const buffer = space.buffer('i32', [photoLength]);
      return () => buffer.set(twos);
    },
  },
  get: {
    prepare:
      ({ photo }) =>
      () =>
        photo.get(),
  },
  map: {
    prepare:
      ({ photo }) =>
      async () => {
        const mapping = spyOn('Mapping', await photo.map('update'));
        mapping.data.fill(2);
        mapping.dispose();
      },
  },
  'mapSync to write': {
    prepare:
      ({ photo }) =>
      () => {
        const mapping = photo.mapSync('write');
        mapping.data.fill(2);
        mapping.dispose();
      },
  },
  'mapSync behind a mapping': {
    hindrance: 'mapping',
    prepare:
      ({ photo }) =>
      () =>
        photo.mapSync('read').dispose(),
  },
  pin: {
    prepare:
      ({ photo }) =>
      async () => {
        const pin = await photo.pin('system');
        pin[Symbol.dispose]();
      },
  },
  'pin that is kept': {
    prepare:
      ({ photo }) =>
      () =>
        photo.pin('system'),
  },
  rows: {
    prepare:
      ({ photo }) =>
      () =>
        photo.rows(0, photoLength).set(twos),
  },
  like: {
    prepare:
      ({ photo }) =>
      () =>
        photo.like(),
  },
  'looks at a buffer': {
    prepare:
      ({ photo }) =>
      () => {
        photo.priority = 1;
        photo.priority = 0;
        return [photo.isIn('system'), photo.priority, photo.handle];
      },
  },
  give: {
    prepare: async (world) => {
      const photo = await ownPhoto(world);
      return async () => {
        world.hand(photo.give());
        // Until it was taken, and this thread has let go.
        await world.later.wait();
        await new Promise((resolve) => setTimeout(resolve, 5));
      };
    },
  },
  'dispose of an opened buffer': {
    prepare:
      ({ photo }) =>
      () =>
        photo.dispose(),
  },
  'dispose of the last reference': {
    prepare: async (world) => {
      const photo = await ownPhoto(world);
      return () => photo[Symbol.dispose]();
    },
  },
  'dispose while a job is under way': {
    prepare: async (world) => {
      const photo = await ownPhoto(world);
      const mapping = await photo.map('update');
      return () => {
        photo.dispose();
        mapping.dispose();
      };
    },
  },
};
