/** Calls of sync files, of a buffer's implicit fences, and of the bridges from events to fences. */
import { setTimeout as sleep } from 'node:timers/promises';
import * as sync from 'fenceline/sync';
import type { KilledCall, World } from '../call.ts';
import { noting, spyOn } from '../spy.ts';
import { ownFlag } from './props.ts';

const call = {
  syncFile: noting('syncFile()', sync.syncFile),
  implicit: noting('implicit()', sync.implicit),
};

function ownFile(world: World): sync.SyncFile {
  return spyOn('SyncFile', sync.syncFile(world.later, 'own file'));
}

function ownImplicit({ photo }: World): sync.Implicit {
  return spyOn('Implicit', sync.implicit(photo));
}

export const fileCalls: Readonly<Record<string, KilledCall>> = {
  syncFile: {
    prepare:
      ({ later }) =>
      () =>
        call.syncFile(later, 'own file'),
  },
  'looks at a sync file': {
    prepare: (world) => {
      const file = ownFile(world);
      return () => [file.fence, file.leaves, file.status, file.handle];
    },
  },
  'syncFile.merge': {
    prepare: (world) => {
      const file = ownFile(world);
      const other = sync.syncFile(world.done);
      return () => file.merge(other, 'both').dispose();
    },
  },
  'syncFile.dispose': {
    prepare: (world) => {
      const file = ownFile(world);
      return () => file.dispose();
    },
  },
  'space.open of a sync file': {
    prepare: (world) => {
      const { handle } = ownFile(world);
      return () => world.space.open(handle).dispose();
    },
  },
  'syncObject.exportFile': {
    prepare: (world) => {
      const flag = ownFlag(world);
      flag.replace(world.later);
      return () => flag.exportFile('exported').dispose();
    },
  },
  'looks at the implicit fences': {
    prepare: (world) => {
      const fences = ownImplicit(world);
      return () => [fences.points, fences.isReady('write')];
    },
  },
  implicit: {
    prepare:
      ({ photo }) =>
      () =>
        call.implicit(photo),
  },
  'implicit.exportFile': {
    prepare: (world) => {
      const fences = ownImplicit(world);
      return () => fences.exportFile('write').dispose();
    },
  },
  'implicit.importFile': {
    prepare: (world) => {
      const [fences, file] = [ownImplicit(world), ownFile(world)];
      return () => fences.importFile(file, 'write');
    },
  },
  'implicit.importFileAsync behind a lock': {
    hindrance: 'lock',
    prepare: (world) => {
      const [fences, file] = [ownImplicit(world), ownFile(world)];
      return () => fences.importFileAsync(file, 'read');
    },
  },
  'implicit.add': {
    prepare: (world) => {
      const fences = ownImplicit(world);
      return () => fences.add(world.later, 'bookkeep');
    },
  },
  'implicit.onReady': {
    hindrance: 'mapping',
    prepare: (world) => {
      const fences = ownImplicit(world);
      return () => new Promise<void>((resolve) => fences.onReady('write', resolve));
    },
  },
  fenceOfSignal: {
    isComposed: true,
    prepare: (world) => async () => {
      const stop = new AbortController();
      const fence = noting('fenceOfSignal()', sync.fenceOfSignal)(world.space, stop.signal);
      world.owe(fence.handle);
      stop.abort();
      await fence.settled();
    },
  },
  fenceOfMessage: {
    isComposed: true,
    prepare: (world) => () => {
      const { port1 } = new MessageChannel();
      world.owe(noting('fenceOfMessage()', sync.fenceOfMessage)(world.space, port1).handle);
    },
  },
  fenceOfEvent: {
    isComposed: true,
    prepare: (world) => async () => {
      const target = new EventTarget();
      const fence = noting('fenceOfEvent()', sync.fenceOfEvent)(world.space, target, 'ping');
      world.owe(fence.handle);
      target.dispatchEvent(new Event('ping'));
      await fence.settled();
    },
  },
  fenceOfQueue: {
    isComposed: true,
    prepare: (world) => async () => {
      const queue = { onSubmittedWorkDone: () => sleep(1) };
      const fence = noting('fenceOfQueue()', sync.fenceOfQueue)(world.space, queue);
      world.owe(fence.handle);
      await fence.settled();
    },
  },
};
