/** The operations of a trace on buffers, their implicit fences, and fences of vgem. */
import type { ListedFence } from '../uapi.ts';
import { bindFd, bindHandle, low32, type Run, resultOf, resultWith } from './results.ts';
import { deviceIn } from './session.ts';
import type { Json } from './trace.ts';

export const bufferOperations: Readonly<Record<string, Run>> = {
  bo_new(session, [name = '', kind = '', size = '', device]) {
    const { api } = session;
    if (kind === 'vgem') {
      const drm = session.bufferDevices[deviceIn(device)];
      const { handle = 0 } = api.createDumb(drm, Number(size));
      const bound = session.bind(name);
      Object.assign(bound, { handle, device: deviceIn(device) });
      const answer = api.primeHandleToFd(drm, handle);
      bound.fd = answer.fd ?? -1;
      return { ...resultOf(answer), h: handle };
    }
    // The recorder has the heap, or the memfd and the device, open meanwhile: they take descriptors.
    const others = (kind === 'heap' ? [1] : [1, 2]).map(() => api.openOther().fd ?? -1);
    const result = bindFd(session, name, api.openDmaBuf(Number(size), kind === 'heap' ? 'heap' : 'memfd'));
    for (const fd of others) api.close(fd);
    const bound = session.find(name);
    if (bound !== undefined) bound.device = deviceIn(device);
    return result;
  },
  bo_imp(session, [name = '', old = '', device]) {
    const fd = session.fdOf(old);
    const answer = session.api.primeFdToHandle(session.bufferDevices[deviceIn(device)], fd);
    const result = bindHandle(session, name, deviceIn(device), answer);
    const bound = session.find(name);
    if (bound !== undefined && answer.rc >= 0) bound.fd = session.api.dup(fd).fd ?? -1;
    return result;
  },
  bo_fd(session, [name = '', old = '']) {
    const handle = session.handleOf(old);
    const device = session.deviceOf(old);
    const oldFd = session.fdOf(old);
    const answer = session.api.primeHandleToFd(session.bufferDevices[device], handle);
    Object.assign(session.bind(name), { fd: answer.fd ?? -1, handle, device });
    if (oldFd < 0) return resultOf(answer);
    return resultWith(answer, ({ fd = -1 }) => ({ same: session.api.isSameFile(fd, oldFd) ? 1 : 0 }));
  },
  bo_closeh: (session, [name = '']) =>
    resultOf(session.api.gemClose(session.bufferDeviceOf(name), session.handleOf(name))),

  db_export: (session, [name = '', buffer = '', flags]) =>
    bindFd(session, name, session.api.dmaBufExportSyncFile(session.fdOf(buffer), low32(flags))),
  db_import: (session, [buffer = '', file = '', flags]) =>
    resultOf(session.api.dmaBufImportSyncFile(session.fdOf(buffer), session.fdOf(file), low32(flags))),
  db_async(session, [wait = '', buffer = '', flags]) {
    const fd = session.fdOf(buffer);
    session.sleepers.start(wait, async (signal) => resultOf(await session.api.dmaBufSync(fd, low32(flags), signal)));
    return { rc: 0 };
  },
  db_resv: (session, [buffer = '']) =>
    resultWith(session.api.dmaBufInfo(session.fdOf(buffer)), ({ fences = [] }) => ({
      resv: fences.map(shownFence),
      found: 1,
    })),

  vg_attach(session, [name = '', buffer = '', flags, pad]) {
    const handle = session.handleOf(buffer);
    const answer = session.api.vgemFenceAttach(session.bufferDeviceOf(buffer), handle, low32(flags), low32(pad));
    return bindHandle(session, name, session.deviceOf(buffer), answer);
  },
  vg_signal: (session, [name = '', flags]) =>
    resultOf(session.api.vgemFenceSignal(session.bufferDeviceOf(name), session.handleOf(name), low32(flags))),
};

/** A fence of a reservation as the recorder writes it. */
export function shownFence({ usage, driver, timeline, seqno, status }: ListedFence): readonly Json[] {
  return [usageNames[usage] ?? usage, driver, timeline, Number(seqno), status === 0 ? 0 : 1];
}

/** What Linux calls our usages. */
const usageNames: Readonly<Record<string, string>> = { move: 'kernel' };
