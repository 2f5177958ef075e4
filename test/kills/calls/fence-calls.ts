/** Calls of fences. The thread that is stopped waits for one that this thread lets end. */
import { Fence } from 'fenceline';
import type { KilledCall } from '../call.ts';

export const fenceCalls: Readonly<Record<string, KilledCall>> = {
  'looks at a fence': {
    prepare:
      ({ later, done }) =>
      () => [later.status, later.error, later.handle, done.status],
  },
  wait: {
    prepare:
      ({ later }) =>
      () =>
        later.wait(),
  },
  'wait with a time-out': {
    prepare:
      ({ later }) =>
      () =>
        later.wait({ timeoutMs: 5000 }),
  },
  settled: {
    prepare:
      ({ later }) =>
      () =>
        later.settled(),
  },
  waitSync: {
    prepare:
      ({ later }) =>
      () =>
        later.waitSync({ timeoutMs: 5000 }),
  },
  onSettled: {
    prepare:
      ({ later }) =>
      () =>
        new Promise((resolve) => later.onSettled(resolve)),
  },
  'onSettled, disposed of': {
    prepare:
      ({ later }) =>
      () =>
        later.onSettled(() => {})[Symbol.dispose](),
  },
  'Fence.all': {
    prepare:
      ({ later, done }) =>
      () =>
        Fence.all([later, done]).wait(),
  },
  'Fence.race': {
    prepare:
      ({ space, later }) =>
      () =>
        Fence.race([space.fence(new Promise(() => {})), later]),
  },
  'Fence.over': {
    prepare:
      ({ space }) =>
      () =>
        Fence.over(space).status,
  },
  'describes a fence': {
    prepare:
      ({ later }) =>
      () => [later.describe(), later.points],
  },
  'fence.hold': {
    prepare:
      ({ later }) =>
      () =>
        later.hold()[Symbol.dispose](),
  },
  'fence.hintDeadline': {
    prepare:
      ({ later }) =>
      () =>
        later.hintDeadline(Date.now() + 100),
  },
  'fence.abortSignal': {
    prepare:
      ({ later }) =>
      async () => {
        const signal = later.abortSignal();
        // The fence may be over before this thread comes to ask: then nothing is dispatched any more.
        if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve));
      },
  },
  'fence.eventTarget': {
    prepare:
      ({ later }) =>
      () =>
        new Promise((resolve) => later.eventTarget().addEventListener('settled', resolve)),
  },
  'Fence.any': {
    prepare: (world) => async () => {
      const any = Fence.any(world.space, [world.space.fence(new Promise(() => {})), world.later]);
      world.owe(any.handle);
      await any.wait();
    },
  },
};
