/**
 * Fences of what the platform promises in other ways: abort signals, messages, events, chunks of a stream, GPU queues.
 *
 * Each takes a job slot until it is over, like `space.fence`; what never happens leaves it pending until this thread leaves
 * the space. The bounded time that a fence promises (contract C1) is then for whoever is on the other side to keep. None of
 * them reports a failure that nobody asks about: the other side has its own ways.
 *
 * Not here: promises (`space.fence`), and the way back (`wait`, `abortSignal` and `eventTarget` of a fence).
 */
import { FencelineError, fail, isFencelineError } from './base/errors.ts';
import type { Fence } from './fence.ts';
import { promiseLocal } from './local-job.ts';
import { coreOf, type Space } from './space.ts';

/** Anything that dispatches events: an element, a port, a socket, a fence's event target. */
export interface EventSource {
  addEventListener(type: string, listener: (event: unknown) => void): void;
  removeEventListener(type: string, listener: (event: unknown) => void): void;
}

/** An emitter of Node. Its ports are both, and only this to the compiler. */
export interface Emitter {
  on(type: string, listener: (event: unknown) => void): unknown;
  off(type: string, listener: (event: unknown) => void): unknown;
}

/** What messages come from: a MessagePort of a browser or of Node, a worker, a BroadcastChannel. */
export type MessageSource = (EventSource | Emitter) & { start?(): void };

/** A chunk of a stream, and the fence that is over once whoever got it is done with it. */
export interface FencedChunk<T> {
  readonly chunk: T;
  readonly consumed: Fence;
}

type End = (error?: FencelineError) => void;

/**
 * Over when the signal aborts: failed, with its reason if that is an error of this library, else with ECANCELED and the
 * reason as its cause. Outcomes: the fence; throws EINVAL (not a signal), ENOSPC.
 */
export function fenceOfSignal(space: Space, signal: AbortSignal, label: string = 'signal'): Fence {
  if (typeof signal?.aborted !== 'boolean') refuse('signal', signal, label, 'an AbortSignal');
  return fenceOf(space, label, (end) => {
    const onAbort = (): void => end(reasonOf(signal.reason, label));
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
}

/**
 * Over with the next message; failed with ENODEV when the port closes first, or if the message cannot be read. Starts the
 * port: others who want this message listen too. Outcomes: the fence; throws EINVAL (no port), ENOSPC.
 */
export function fenceOfMessage(space: Space, port: MessageSource, label: string = 'message'): Fence {
  checkSource('port', port, label);
  return fenceOf(space, label, (end) => {
    const stops: (() => void)[] = [];
    const finish = (error?: FencelineError): void => {
      for (const stop of stops) stop();
      end(error);
    };
    const fails = (why: string) => (): void => {
      const sentence = `The message of ${label} did not come: ${why}.`;
      finish(new FencelineError('ENODEV', sentence, { device: label }) as FencelineError);
    };
    stops.push(listen(port, 'message', () => finish()));
    stops.push(listen(port, 'messageerror', fails('it cannot be read here')));
    stops.push(listen(port, 'close', fails('the port was closed')));
    port.start?.();
  });
}

/** Over with the next event of that name. Outcomes: the fence; throws EINVAL (no target), ENOSPC. */
export function fenceOfEvent(
  space: Space,
  target: EventSource | Emitter,
  event: string,
  label: string = `event '${event}'`,
): Fence {
  checkSource('target', target, label);
  return fenceOf(space, label, (end) => {
    const stop = listen(target, event, () => {
      stop();
      end();
    });
  });
}

/**
 * Passes a stream's chunks on, each with a fence that its consumer resolves by asking for the next one. Whoever stops
 * asking lets the last one fail with ECANCELED, and the stream be cancelled. Outcomes: the chunks; asking for one rejects
 * with the stream's error, or ENOSPC.
 */
export async function* fencedChunks<T>(
  space: Space,
  stream: ReadableStream<T>,
  label: string = 'chunk',
): AsyncGenerator<FencedChunk<T>, void, void> {
  if (typeof stream?.getReader !== 'function') refuse('stream', stream, label, 'a readable stream');
  const reader = stream.getReader();
  let end: End | undefined;
  try {
    for (let count = 1; ; count++) {
      const { value, done } = await reader.read();
      if (done) return;
      const consumed = fenceOf(space, `${label} ${count}`, (endOfThis) => {
        end = endOfThis;
      });
      yield { chunk: value, consumed };
      end?.();
      end = undefined;
    }
  } finally {
    // Still there: whoever has the chunk never asked for the next one.
    if (end !== undefined) {
      end(new FencelineError('ECANCELED', `Nobody asked for what comes after a ${label}.`, {}) as FencelineError);
      await reader.cancel();
    }
    reader.releaseLock();
  }
}

/**
 * Over when all that was submitted to a GPU queue so far is done. Outcomes: the fence, which fails with EKERNEL if the
 * queue's promise is rejected; throws EINVAL (no queue), ENOSPC.
 */
export function fenceOfQueue(
  space: Space,
  queue: { onSubmittedWorkDone(): Promise<unknown> },
  label: string = 'queue',
): Fence {
  if (typeof queue?.onSubmittedWorkDone !== 'function')
    refuse('queue', queue, label, 'a queue with onSubmittedWorkDone');
  return space.fence(queue.onSubmittedWorkDone(), label);
}

/** A fence of this thread that `begin` arranges the end of. */
function fenceOf(space: Space, label: string, begin: (end: End) => void): Fence {
  const { fence, end } = promiseLocal(coreOf(space), label);
  fence.isObserved = true;
  begin(end);
  return fence;
}

/** Listens once more; whatever it is. Outcomes: stops listening. */
function listen(source: EventSource | Emitter, type: string, listener: () => void): () => void {
  if ('addEventListener' in source) {
    source.addEventListener(type, listener);
    return () => source.removeEventListener(type, listener);
  }
  source.on(type, listener);
  return () => source.off(type, listener);
}

function checkSource(argument: string, source: EventSource | Emitter, label: string): void {
  if (typeof source === 'object' && source !== null && ('addEventListener' in source || 'on' in source)) return;
  refuse(argument, source, label, 'something that dispatches events');
}

function reasonOf(reason: unknown, label: string): FencelineError {
  if (isFencelineError(reason)) return reason;
  const why = reason instanceof Error ? reason.message : String(reason);
  return new FencelineError('ECANCELED', `The signal of ${label} was aborted: ${why}`, {}, reason) as FencelineError;
}

function refuse(argument: string, given: unknown, label: string, what: string): never {
  fail('EINVAL', `The ${argument} of '${label}' (${typeof given}) is not ${what}.`, { argument });
}
