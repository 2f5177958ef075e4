/** Fences of what the platform promises in other ways. */
import { EventEmitter } from 'node:events';
import { MessageChannel as NodeMessageChannel } from 'node:worker_threads';
import { FencelineError } from 'fenceline';
import {
  type EventSource,
  fencedChunks,
  fenceOfEvent,
  fenceOfMessage,
  fenceOfQueue,
  fenceOfSignal,
  type MessageSource,
} from 'fenceline/sync';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { withSpace } from '../space/with-space.ts';

describe('a fence of a signal', () => {
  test('is pending until the signal aborts, and fails with ECANCELED because of its reason', () =>
    withSpace({}, async (space) => {
      const controller = new AbortController();
      const fence = fenceOfSignal(space, controller.signal, 'user');
      expect(fence.status).toBe('pending');
      const reason = new Error('enough');
      controller.abort(reason);
      await expect(fence.wait()).rejects.toMatchObject({ code: 'ECANCELED', cause: reason });
      expect(fence.error?.message).toContain('user');
    }));

  test('fails with the reason, as other threads see it, if that is an error of this library', () =>
    withSpace({}, async (space) => {
      const reason = new FencelineError('EBUSY', 'It is in use.', { by: 'a test' });
      const fence = fenceOfSignal(space, AbortSignal.abort(reason));
      expect(fence.status).toBe('failed');
      expect(fence.error).toEqual(reason);
    }));

  test('is refused for what is no signal, with nothing taken', () =>
    withSpace({}, async (space) => {
      expect(() => fenceOfSignal(space, {} as AbortSignal)).toThrow(
        expect.objectContaining({ code: 'EINVAL', details: { argument: 'signal' } }),
      );
    }));
});

describe('a fence of a message', () => {
  test.each(['a port of the platform', 'a port of Node'])('is over with the next message of %s', (kind) =>
    withSpace({}, async (space) => {
      const { port1, port2 } = kind === 'a port of Node' ? new NodeMessageChannel() : new MessageChannel();
      const fence = fenceOfMessage(space, port1 as MessageSource);
      expect(fence.status).toBe('pending');
      port2.postMessage('done');
      await fence.wait();
      port1.close();
    }),
  );

  test('fails with ENODEV when the port closes first', () =>
    withSpace({}, async (space) => {
      const { port1, port2 } = new NodeMessageChannel();
      const fence = fenceOfMessage(space, port1, 'reply');
      port2.close();
      await expect(fence.wait()).rejects.toMatchObject({ code: 'ENODEV', details: { device: 'reply' } });
    }));

  test('starts the port, which a browser does not do for a listener', () =>
    withSpace({}, async (space) => {
      let started = 0;
      const port = Object.assign(new EventTarget(), { start: () => void started++ });
      const fence = fenceOfMessage(space, port);
      expect(started).toBe(1);
      port.dispatchEvent(new Event('message'));
      await fence.wait();
    }));

  test('listens to an emitter that is no event target', () =>
    withSpace({}, async (space) => {
      const emitter = new EventEmitter();
      const fence = fenceOfMessage(space, emitter);
      emitter.emit('message', 1);
      await fence.wait();
      expect(emitter.eventNames(), 'Nobody listens any more.').toEqual([]);
    }));
});

describe('a fence of an event', () => {
  test('is over with the next event of that name, and of no other', () =>
    withSpace({}, async (space) => {
      const target = new EventTarget();
      const fence = fenceOfEvent(space, target, 'ready');
      target.dispatchEvent(new Event('almost'));
      expect(fence.status).toBe('pending');
      target.dispatchEvent(new Event('ready'));
      expect(fence.status).toBe('done');
    }));

  test('takes emitters, and refuses what dispatches nothing', () =>
    withSpace({}, async (space) => {
      const emitter = new EventEmitter();
      const fence = fenceOfEvent(space, emitter, 'ready');
      emitter.emit('ready');
      expect(fence.status).toBe('done');
      expect(() => fenceOfEvent(space, {} as EventSource, 'ready')).toThrow(
        expect.objectContaining({ code: 'EINVAL' }),
      );
    }));
});

describe('fenced chunks', () => {
  test('are consumed when the next one is asked for', () =>
    withSpace({}, async (space) => {
      const statuses: string[] = [];
      let before: { readonly status: string } | undefined;
      for await (const { chunk, consumed } of fencedChunks(space, streamOf([1, 2, 3]))) {
        statuses.push(`${chunk}: ${before?.status}, ${consumed.status}`);
        before = consumed;
      }
      expect(statuses).toEqual(['1: undefined, pending', '2: done, pending', '3: done, pending']);
      expect(before?.status).toBe('done');
    }));

  test('of which nobody asks for the next fail with ECANCELED, and the stream is cancelled', () =>
    withSpace({}, async (space) => {
      let cancelled = 0;
      const stream = streamOf([1, 2, 3], () => cancelled++);
      let last: { readonly status: string; readonly error: FencelineError | undefined } | undefined;
      for await (const { consumed } of fencedChunks(space, stream)) {
        last = consumed;
        break;
      }
      expect(last?.error?.code).toBe('ECANCELED');
      expect(cancelled).toBe(1);
      expect(stream.locked).toBe(false);
    }));

  test('end with the error of the stream', () =>
    withSpace({}, async (space) => {
      const broken = new ReadableStream<number>({ pull: (controller) => controller.error(new Error('torn')) });
      const all = async (): Promise<void> => {
        for await (const { chunk } of fencedChunks(space, broken)) expect.fail(`There is no chunk ${chunk}.`);
      };
      await expect(all()).rejects.toThrow('torn');
    }));
});

describe('a fence of a queue', () => {
  test('is over when the work that was submitted is done, and fails if it is lost', () =>
    withSpace({}, async (space) => {
      let finish: () => void = () => {};
      const done = new Promise<void>((resolve) => {
        finish = resolve;
      });
      const fence = fenceOfQueue(space, { onSubmittedWorkDone: () => done });
      expect(fence.status).toBe('pending');
      finish();
      await fence.wait();
      const lost = fenceOfQueue(space, { onSubmittedWorkDone: () => Promise.reject(new Error('lost')) });
      await expect(lost.wait()).rejects.toMatchObject({ code: 'EKERNEL' });
    }));
});

test('the types of ports and targets are those of browsers and of Node', () => {
  expectTypeOf<MessagePort>().toExtend<MessageSource>();
  expectTypeOf<import('node:worker_threads').MessagePort>().toExtend<MessageSource>();
  expectTypeOf<import('node:worker_threads').Worker>().toExtend<MessageSource>();
  expectTypeOf<EventTarget>().toExtend<EventSource>();
});

function streamOf(chunks: readonly number[], cancel: () => void = () => {}): ReadableStream<number> {
  let next = 0;
  return new ReadableStream<number>({
    pull: (controller) => {
      const chunk = chunks[next++];
      if (chunk === undefined) controller.close();
      else controller.enqueue(chunk);
    },
    cancel,
  });
}
