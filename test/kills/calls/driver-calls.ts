/** Calls of exporters and importers, on one thread: that of both dies. Between threads: test/driver/threads.test.ts. */
import * as driver from 'fenceline/driver';
import type { KilledCall, World } from '../call.ts';
import { noting, spyOn } from '../spy.ts';

const call = {
  exportBuffer: noting('exportBuffer()', driver.exportBuffer),
  attach: noting('attach()', driver.attach),
  device: noting('device()', driver.device),
};

const hooks = {
  name: 'camera',
  map: async () => ({ base: 1 }),
  unmap: () => {},
  vmap: () => new Uint8Array(4),
  release: () => {},
};
type Frame = driver.Exported<'u8', readonly [4], { base: number }>;

interface Link {
  readonly world: World;
  readonly frame: Frame;
  readonly link: driver.Attachment<{ base: number }>;
}

function linked(use: (link: Link) => unknown): KilledCall {
  return {
    prepare: (world) => {
      const frame: Frame = spyOn('Exported', driver.exportBuffer(world.space, hooks, 'u8', [4]));
      const link = spyOn('Attachment', driver.attach(frame, { name: 'display', invalidate: () => {} }));
      return () => use({ world, frame, link });
    },
  };
}

/** Whose work is over as soon as it is asked for. */
function specOf({ done }: World): driver.DeviceSpec {
  return {
    name: 'vpu',
    heap: { sizeBytes: 4096 },
    copy: async (_from, to, { bytes }) => {
      if (to !== 'vpu') bytes?.fill(0);
      return done;
    },
    run: () => done,
  };
}

export const driverCalls: Readonly<Record<string, KilledCall>> = {
  exportBuffer: {
    prepare:
      ({ space }) =>
      () =>
        call.exportBuffer(space, hooks, 'u8', [4]).dispose(),
  },
  attach: linked(({ frame }) => call.attach(frame, { name: 'disk' })),
  'looks at an attachment': linked(({ link }) => [link.isStale, link.isPeer, link.ready]),
  'attachment.dispose': linked(({ link }) => {
    link.dispose();
    link[Symbol.dispose]();
  }),
  'attachment.map': linked(({ world, frame, link }) =>
    world.space.transaction(async (tx) => {
      await tx.lock(frame);
      await link.map(tx);
      link.use(tx, world.done, 'read');
      link.unmap(tx);
    }),
  ),
  'attachment.pin': linked(({ world, frame, link }) =>
    world.space.transaction(async (tx) => {
      await tx.lock(frame);
      await link.pin(tx);
      link.unpin();
    }),
  ),
  'exported.moving': linked(({ world, frame, link }) =>
    world.space.transaction(async (tx) => {
      await tx.lock(frame);
      await link.map(tx);
      await frame.moving(tx, async () => world.later);
    }),
  ),
  'exported.revoke': linked(async ({ world, frame, link }) => {
    const revoked = await world.space.transaction(async (tx) => {
      await tx.lock(frame);
      await link.map(tx);
      return frame.revoke(tx);
    });
    await revoked.wait();
  }),
  device: {
    prepare: (world) => async () => {
      const vpu = spyOn('Device', call.device(world.space, specOf(world)));
      const own = world.space.buffer('i32', [4]);
      await world.space.transaction(async (tx) => {
        await tx.lock(own);
        await vpu.submit(tx, 'fill', new Map([[own, 'write']]));
        return [vpu.offsetOf(own), vpu.usedBytes];
      });
      await own.get();
      vpu.dispose();
    },
  },
  'exported.cpuAccess': linked(async ({ frame }) => {
    const access = spyOn('CpuAccess', await frame.cpuAccess('write'));
    access.dispose();
  }),
  'exported.vmap': linked(async ({ world, frame }) => {
    const mapped = await world.space.transaction(async (tx) => {
      await tx.lock(frame);
      return frame.vmap(tx);
    });
    const bytes = spyOn('VirtualMapping', mapped);
    bytes.data.fill(1);
    bytes.dispose();
  }),
};
