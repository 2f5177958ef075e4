/** Traces as messages of `diagnostics_channel`: for tools that listen inside the process. */
import { disposeKey } from '../base/dispose.ts';
import { fail } from '../base/errors.ts';
import { startTicker } from '../cells/clock.ts';
import { coreOf, type Space } from '../space.ts';
import { Labels } from './labels.ts';
import { TraceReader } from './reader.ts';
import type { TracePoint } from './record.ts';
import { toRecord } from './record.ts';

/** What is published on 'fenceline:lost'. */
export interface TraceLoss {
  readonly agent: number;
  /** Events of that agent that were overwritten or dropped before they were read. */
  readonly lost: number;
}

interface Channel {
  readonly hasSubscribers: boolean;
  publish(message: unknown): void;
}

const points: readonly TracePoint[] = ['issue', 'signal', 'wait', 'callback', 'lock', 'job', 'memory'];

/**
 * Publishes what the rings hold and what comes, as `TraceRecord`s on the channels 'fenceline:issue', ':signal', ':wait',
 * ':callback', ':lock', ':job' and ':memory', and as a `TraceLoss` on 'fenceline:lost'. Subscribers run on this thread, in order of time
 * within one look at the rings. Context: Node, and what has its `diagnostics_channel`. It keeps no process alive.
 * @param options `everyMs`: how often it looks, in milliseconds from 1 on. Default: 100.
 * Outcomes: publishes until disposed of, then once more what came since; throws ENODEV where there are no such channels,
 * EINVAL (`everyMs`, or a closed space). When this thread leaves the space it ends: dispose of it before.
 */
export function publishTrace(space: Space, options: { everyMs?: number } = {}): Disposable {
  const core = coreOf(space);
  const everyMs = options.everyMs ?? 100;
  if (!(everyMs >= 1)) {
    fail('EINVAL', `The period (${everyMs} ms) is not a number of milliseconds from 1 on.`, { argument: 'everyMs' });
  }
  const channelOf = diagnosticsChannels();
  const channels = new Map(points.map((point) => [point, channelOf(`fenceline:${point}`)]));
  const losses = channelOf('fenceline:lost');
  const reader = new TraceReader(core);
  const look = (): void => {
    const { events, lostBy } = reader.read();
    const labels = new Labels(core, events);
    for (const [agent, lost] of lostBy) losses.publish({ agent, lost } satisfies TraceLoss);
    for (const event of events) {
      const record = toRecord(core, labels, event);
      const channel = record && channels.get(record.point);
      if (channel?.hasSubscribers) channel.publish(record);
    }
  };
  const ticker = startTicker(everyMs, look);
  const leaving = core.onLeave.add(() => ticker.stop());
  let isOver = false;
  return {
    [disposeKey]: () => {
      if (isOver) return;
      isOver = true;
      ticker.stop();
      core.onLeave.delete(leaving);
      look();
    },
  };
}

function diagnosticsChannels(): (name: string) => Channel {
  const runtime = globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } };
  const found = runtime.process?.getBuiltinModule?.('node:diagnostics_channel') as
    | { channel?: (name: string) => Channel }
    | undefined;
  const channel = found?.channel;
  if (channel === undefined) {
    fail('ENODEV', "This runtime has no 'diagnostics_channel': traces are published on Node alone.", {
      device: 'diagnostics_channel',
    });
  }
  return channel;
}
