// The public API of fences and what carries them, as far as the first draft lacks it. Types first; docstrings of the code
// are the reference once it is built. Linux names in parentheses.

declare module 'fenceline' {
  interface SpaceEvents {}
  /** What is known of one point of a fence, without waiting (sync_fence_info). */
  interface PointInfo {
    /** What its timeline was called where it was made, else its number. */
    readonly timeline: string;
    readonly seqno: number;
    readonly status: 'pending' | 'done' | 'failed';
    readonly error: FencelineError | undefined;
    /** When it was signalled, in milliseconds since 1970; undefined if that was not kept, or no longer is. */
    readonly signaledAtMs: number | undefined;
  }
  interface Fence<R = void> {
    /** Its points, in order; empty if it was done from the start; the stub's, which failed, if it failed from the start. */
    readonly points: readonly PointInfo[];
    /** One line: label, status, points, who owes them (dma_fence_describe). */
    describe(): string;
    /** Keeps what it says from being forgotten after its timelines are closed, until disposed of (dma_fence_get). */
    hold(): Disposable;
    /** Hint: somebody needs it by then. The earliest reaches whoever signals, through merges (dma_fence_set_deadline). */
    hintDeadline(atMs: number): void;
    /** Aborts when it is over: with its error, or with a plain reason once done. */
    abortSignal(): AbortSignal;
    /** 'settled' is dispatched once, as by onSettled. */
    eventTarget(): EventTarget;
  }
  interface FenceConstructor {
    /** Over from the start (dma_fence_get_stub); failed if an error is given. */
    over(space: Space, error?: FencelineError): Fence;
    /** A fence that is over as soon as one of them is, with its outcome: this thread relays it (dma_fence_array, signal_on_any). */
    any(space: Space, fences: Iterable<Fence<unknown>>, label?: string): Fence;
  }
  interface Details {
    /** Foreign work failed with an errno that has no code of its own here. */
    EIO: { errno: number };
  }
}

declare module 'fenceline/sync' {
  import type { Fence, Handle, SharedBuffer, Space, WaitOptions } from 'fenceline';

  // ---- timelines ----------------------------------------------------------------------------------------------------
  interface TimelineOptions {
    /** Keep when its last 24 signals were; costs a clock reading per signal. Default: false. */
    timestamps?: boolean;
    /**
     * Lazy signalling: somebody waits for points up to `upTo`. Once for every point that is ever waited for, before the wait sleeps; what is over
     * is not told (enable_signaling). At once where this very thread waits, else from its event loop.
     */
    onFirstWait?: (upTo: number) => void;
    /**
     * Points up to `upTo` are needed by then, in milliseconds since 1970. Of one point only ever earlier. Hints of this thread come at once and exactly;
     * those of other threads from the event loop, several at once as the earliest moment for the last point (set_deadline).
     */
    onDeadline?: (atMs: number, upTo: number) => void;
  }
  function timeline(space: Space, label: string, options?: TimelineOptions): Timeline;
  interface Timeline extends Disposable {
    readonly label: string;
    readonly issued: number;
    readonly completed: number;
    /** The next point, or every point up to `point`: its fence. A number that was issued before gives that fence again. */
    issue(point?: number): Fence;
    /** `atMs`: when the work was over, if the signaller knows better than the clock (dma_fence_signal_timestamp). */
    signal(upTo?: Fence | number, options?: { atMs?: number }): void;
    fail(fence: Fence | number, error: unknown, options?: { atMs?: number }): void;
    /** Every point that is not signalled fails with this error (ECANCELED by default, as dispose does). */
    close(error?: unknown, options?: { atMs?: number }): void;
    readonly handle: Handle<Timeline>;
    [Symbol.asyncIterator](): AsyncIterator<number>;
    dispose(): void;
  }

  // ---- sync files: a fence with a name, to hand around and merge --------------------------------------------------------
  /**
   * `leaves` are the points as FILE_INFO lists them: members of a chain newest first, each once it is over left out but the
   * newest; members of a merge by timeline. What was over from the start has the timeline 'over'. What was exported from a sync object
   * with points keeps its points.
   */
  interface SyncFile extends Disposable {
    readonly name: string;
    readonly fence: Fence;
    readonly leaves: readonly PointInfo[];
    readonly status: 'pending' | 'done' | 'failed';
    /** A file over when both are: points over without error are left out, of one timeline the later stays (SYNC_IOC_MERGE). */
    merge(other: SyncFile, name?: string): SyncFile;
    readonly handle: Handle<SyncFile>;
    dispose(): void;
  }
  function syncFile(fence: Fence<unknown>, name?: string): SyncFile;

  // ---- sync objects -----------------------------------------------------------------------------------------------------
  function syncObject(space: Space, label: string, options?: { signaled?: boolean }): SyncObject;
  interface SyncObject extends Disposable {
    readonly label: string;
    /** Whether no fence is in it. */
    readonly isEmpty: boolean;
    /**
     * Puts a fence in, in place of what is there, or (point > 0) adds it as a point. A point that is not above the last one begins
     * a new numbering at the last one's number, over only when all before it are (dma_fence_chain_init). EBUSY for a job that is queued.
     */
    replace(fence: Fence<unknown> | SyncFile, point?: number): void;
    /** Puts in a fence that is over (SIGNAL), or adds it as a point, 0 too (TIMELINE_SIGNAL). `atMs` as in Timeline.signal. */
    signal(point?: number, options?: { atMs?: number }): void;
    reset(): void;
    /** The last point of the numbering up to which all is over; with `submitted`, the last point. 0 without points (QUERY). */
    query(options?: { submitted?: boolean }): number;
    /** Takes what `from` holds (up to `fromPoint`, merged into one where `point` > 0). ENOENT if it is not there yet (TRANSFER). */
    transfer(from: SyncObject, options?: { fromPoint?: number; point?: number }): void;
    /** A snapshot (EXPORT_SYNC_FILE). ENOENT if it is empty. */
    exportFile(name?: string): SyncFile;
    submitted(point?: number, options?: { signal?: AbortSignal }): Promise<Fence>;
    submittedSync(point?: number, options?: { timeoutMs?: number }): Fence;
    /** The fence that a point stands for now, or undefined: looks, never waits. Point 0: all that is there. */
    peek(point?: number): Fence | undefined;
    /** Calls `fn` once, when the point is over, or is promised (`available`); an event instead of a wait (SYNCOBJ_EVENTFD). */
    onPoint(point: number, fn: () => void, options?: { available?: boolean }): Disposable;
    readonly handle: Handle<SyncObject>;
    dispose(): void;
  }
  interface Entry {
    readonly object: SyncObject;
    readonly point?: number;
  }
  interface SyncWaitOptions extends WaitOptions {
    /** Resolve when one is ready rather than all. */
    any?: boolean;
    /** Wait for fences that are not there yet too, instead of ENOENT (WAIT_FOR_SUBMIT). Decided when the wait begins. */
    forSubmit?: boolean;
    /** A point is ready once it is promised, not when it is over (WAIT_AVAILABLE). Implies waiting for what is not there. */
    available?: boolean;
    deadlineMs?: number;
  }
  /**
   * Waits for points of several sync objects. Each entry's fence is taken when it is there first: a later replacement or reset does not
   * change what is waited for. Outcomes: the index of the first that is ready (with all: of the first that was ready at once, or -1);
   * ENOENT without `forSubmit` where nothing is there; ETIME. Errors of the work count as ready, as in Linux: look at the fences.
   */
  function waitPoints(entries: readonly Entry[], options?: SyncWaitOptions): Promise<number>;
  function waitPointsSync(entries: readonly Entry[], options?: Omit<SyncWaitOptions, 'signal'>): number;

  // ---- implicit fences of a buffer ----------------------------------------------------------------------------------------
  type Usage = 'move' | 'write' | 'read' | 'bookkeep';
  interface UsedPointInfo extends PointInfo {
    readonly usage: Usage;
  }
  interface Implicit {
    /** What its reservation lists, in order, over or not. */
    readonly points: readonly UsedPointInfo[];
    /** A snapshot of what a new access of that kind has to wait for (EXPORT_SYNC_FILE). EBUSY while jobs of this thread wait for their turn. */
    exportFile(access: 'read' | 'write', name?: string): SyncFile;
    /**
     * Adds foreign work under the buffer's lock (IMPORT_SYNC_FILE). ENOSPC beyond 64 pending points; EBUSY while others hold the lock, while
     * jobs of this thread wait for their turn at the buffer, or if the work is a job that waits for its own.
     */
    importFile(file: SyncFile, access: 'read' | 'write'): void;
    /** The same, waiting for the lock, and for the turn of jobs. */
    importFileAsync(file: SyncFile, access: 'read' | 'write', options?: WaitOptions): Promise<void>;
    /** Adds one fence at a usage; outcomes as `importFile`. */
    add(fence: Fence<unknown>, usage: Usage): void;
    /** Whether an access could begin at once (poll). */
    isReady(access: 'read' | 'write'): boolean;
    /** Calls `fn` once when it could, for what is listed now. */
    onReady(access: 'read' | 'write', fn: () => void): Disposable;
  }
  function implicit(buffer: SharedBuffer): Implicit;

  // ---- bridges --------------------------------------------------------------------------------------------------------------
  /** What dispatches events, what is an emitter of Node, what messages come from, and a chunk with its fence. */
  interface EventSource {
    addEventListener(type: string, listener: (event: unknown) => void): void;
    removeEventListener(type: string, listener: (event: unknown) => void): void;
  }
  interface Emitter {
    on(type: string, listener: (event: unknown) => void): unknown;
    off(type: string, listener: (event: unknown) => void): unknown;
  }
  type MessageSource = (EventSource | Emitter) & { start?(): void };
  interface FencedChunk<T> {
    readonly chunk: T;
    readonly consumed: Fence;
  }
  /** Over when the signal aborts, failed with its reason. */
  function fenceOfSignal(space: Space, signal: AbortSignal, label?: string): Fence;
  /** Over with the next message, or failed with ENODEV when the port closes first. */
  function fenceOfMessage(space: Space, port: MessageSource, label?: string): Fence;
  /** Over with the next event of that name. */
  function fenceOfEvent(space: Space, target: EventSource | Emitter, event: string, label?: string): Fence;
  /** Passes a stream's chunks on, each with a fence that its consumer resolves by asking for the next one. */
  function fencedChunks<T>(
    space: Space,
    stream: ReadableStream<T>,
    label?: string,
  ): AsyncGenerator<FencedChunk<T>, void, void>;
  /** Over when all that was submitted to the queue so far is done (onSubmittedWorkDone). */
  function fenceOfQueue(space: Space, queue: { onSubmittedWorkDone(): Promise<unknown> }, label?: string): Fence;
}

declare module 'fenceline/uapi' {
  import type { Space } from 'fenceline';

  /** What every call answers: rc >= 0, or -errno with its name; the rest by operation, in the words of the kernel's structs. */
  interface Answer {
    readonly rc: number;
    readonly err?: string;
  }
  interface UapiOptions {
    /** The clock of time stamps and time-outs: `now()`, `after(ms, fn)`. Default: the library's own. */
    clock?: UapiClock;
  }
  /** Devices, descriptors and handles over one space. Methods are named after the ioctls: docs/kernel-map.md. */
  function uapi(space: Space, options?: UapiOptions): Uapi;
  interface Uapi extends Disposable {}
}

declare module 'fenceline/trace' {
  import type { Code, Space } from 'fenceline';

  // A space is traced if it was made with `traceEvents` (or `limits.traceEvents`): events that each thread's ring holds.

  type TracePoint = 'issue' | 'signal' | 'wait' | 'callback' | 'lock' | 'job';
  /** One event, in words. */
  interface TraceRecord {
    readonly point: TracePoint;
    /** 'issue'; 'fail', 'signal', 'close'; 'begin', 'over', 'left', 'sleep', 'wake'; ... : see src/trace/record.ts. */
    readonly what: string;
    /** Number of the agent that did it. */
    readonly agent: number;
    /** On the clock of this thread's performance.now(). */
    readonly atMs: number;
    /** A timeline with its point, a job, a buffer: by name where this thread knows it. */
    readonly subject: string;
    readonly timeline: number | undefined;
    readonly seqno: number | undefined;
    readonly error: Code | undefined;
    /** Tells waits and their callbacks apart; 0 for a wait that blocks the thread. Of a lock, the ticket; of a job, its part. */
    readonly id: number;
  }
  interface TraceLoss {
    readonly agent: number;
    readonly lost: number;
  }
  interface ChromeEvent {
    readonly name: string;
    readonly ph: string;
    readonly ts: number;
    readonly pid: number;
    readonly tid: number;
    readonly [field: string]: unknown;
  }
  interface ChromeTrace {
    readonly traceEvents: readonly ChromeEvent[];
    readonly lost: number;
  }
  /** Chrome trace JSON of all rings, with arrows from a signal to the waits it ended. `lost`: events overwritten before they were read. */
  function chromeTrace(space: Space): ChromeTrace;
  /**
   * What was traced since the last call: `performance.measure` entries for what lasted, marks for the rest. Outcomes: how many, and
   * how many events were lost.
   */
  function measureTrace(space: Space): { entries: number; lost: number };
  /**
   * Publishes TraceRecords on `diagnostics_channel` 'fenceline:<point>', and TraceLoss on 'fenceline:lost', as they are read from the
   * rings, until disposed of. Node only: ENODEV elsewhere.
   */
  function publishTrace(space: Space, options?: { everyMs?: number }): Disposable;
}
