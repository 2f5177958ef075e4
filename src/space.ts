/**
 * Space: the memory that all threads see, with a budget.
 *
 * A thin shell: what it does is in core.ts (joining), job.ts, shared-buffer.ts, run-transaction.ts, workers.ts.
 */

import { findAmbient, offerAmbient } from './ambient.ts';
import { asyncDisposeKey, disposeKey } from './base/dispose.ts';
import type { DType } from './base/dtype.ts';
import { bytesPerElement } from './base/dtype.ts';
import { fail } from './base/errors.ts';
import type { Sized } from './base/view.ts';
import { checkPriority } from './buffer-priority.ts';
import { reportUncaught } from './cells/task.ts';
import type { Client, ClientFields, ClientOptions } from './client.ts';
import { checkBytes, clientStats, closeClient, joinClient, openClient, setClientBudget } from './client.ts';
import { type Contention, setContention } from './contention.ts';
import type { Core, SpaceData } from './core.ts';
import { createCore, isJoined, joinCore, leaveCore } from './core.ts';
import { describeCore } from './describe.ts';
import { rejectedError } from './failure.ts';
import type { Fence } from './fence.ts';
import type { Handle } from './handle.ts';
import { heapsOf } from './heaps.ts';
import { onUnobserved } from './job.ts';
import { lengthOf } from './live-view.ts';
import { promiseLocal } from './local-job.ts';
import { giveMakers } from './makers.ts';
import { accountOfToken, chargedHeap, currentAccount } from './memory/account.ts';
import { setBudget } from './memory/allocator.ts';
import { budgetBytes, heapStats } from './memory/heap-stats.ts';
import { openHandle } from './open.ts';
import { type TransactionStats, transactionStatsOf } from './open-transactions.ts';
import { pinBuffer } from './pinning.ts';
import { setPoison } from './poison.ts';
import { whenPressed } from './pressed.ts';
import { ringQueued } from './reservation/lock-set.ts';
import { runTransaction, runTransactionSync } from './run-transaction.ts';
import { trimToBudget } from './schedule/admit.ts';
import { checkShape } from './shape.ts';
import type { BufferOptions, SharedBuffer } from './shared-buffer.ts';
import { newBuffer } from './shared-buffer.ts';
import { checkSource } from './source.ts';
import type { CloseOptions, SpaceEvents, SpaceOptions } from './space-options.ts';
import { coreOptionsOf } from './space-options.ts';
import type { Transaction, TransactionOptions } from './transaction.ts';

export type { CloseOptions, SpaceEvents, SpaceOptions } from './space-options.ts';

type Listeners = { readonly [E in keyof SpaceEvents]: Set<(detail: SpaceEvents[E]) => void> };

/** What the rest of the library needs of a space. */
export let coreOf: (space: Space) => Core;
/** The space of this thread's end; one object per core. */
export let spaceOver: (core: Core) => Space;
/** Token of the account that the space makes its buffers through: 0 if it is not a client. */
export let clientTokenOf: (space: Space) => number;
/** The space of this thread's end as the client whose account the token means; the space itself for 0, or once that is closed. */
export let spaceFor: (core: Core, token: number) => Space;
/** Not `new` where it is needed: compiled, methods that name their class and the static block below do not go together. */
let clientSpace: (parent: Space, client: Client) => Space;
/** Tells listeners of the space. */
export let emit: <E extends keyof SpaceEvents>(space: Space, event: E, detail: SpaceEvents[E]) => void;
/** Runs before the space leaves: pools close, promises end. */
export let beforeClose: (space: Space, fn: (options: CloseOptions) => Promise<void>) => () => void;

const spaces: WeakMap<Core, Space> = new WeakMap();

const aloneWarning =
  'Fenceline: this page is not cross-origin isolated, so it has no SharedArrayBuffer, and everything runs on this ' +
  "thread. Serve the page and its workers with the headers 'Cross-Origin-Opener-Policy: same-origin' and " +
  "'Cross-Origin-Embedder-Policy: require-corp' to run kernels on threads.";

export class Space implements AsyncDisposable {
  readonly #core: Core;
  readonly #listeners: Listeners;
  #isHearing = false;
  readonly #closers: Set<(options: CloseOptions) => Promise<void>> = new Set();
  /** The space itself, and the account, if this is a client of it. */
  readonly #parent: Space | undefined;
  readonly #client: Client | undefined;
  /** Clients that this thread has open, by token. */
  readonly #clients: Map<number, Space> = new Map();
  /** This thread has it for its clients alone: it leaves with the last of them. */
  #isForClients = false;
  #forget: (() => void) | undefined;

  private constructor(core: Core, contend: Contention, parent?: Space, client?: Client) {
    this.#core = core;
    this.#parent = parent;
    this.#client = client;
    this.#listeners = parent === undefined ? noListeners() : parent.#listeners;
    if (parent !== undefined && client !== undefined) {
      parent.#clients.set(client.token, this);
      const close = (options: CloseOptions): Promise<void> => this.close(options);
      parent.#closers.add(close);
      this.#forget = () => parent.#closers.delete(close);
      return;
    }
    setContention(core, contend);
    spaces.set(core, this);
    onUnobserved(core, (error) => this.#emit('unobserved', error));
    core.onFinding.tell = (finding) => {
      if (this.#listeners.validator.size === 0) console.warn(`Fenceline: ${finding.message}`);
      this.#emit('validator', finding);
    };
  }

  /** Makes a space; this thread is its first agent. Outcomes: the space, or EINVAL. */
  static create(options: SpaceOptions = {}): Space {
    const core = createCore(coreOptionsOf(options));
    if (!core.agent.isShared) console.warn(aloneWarning);
    if (options.debug?.poison === true) setPoison(core);
    return new Space(core, options.debug?.contend);
  }

  /**
   * The one of this realm: where libraries that know nothing of each other meet, also if each brings its own copy of
   * Fenceline (ambient.ts). Made at first use.
   */
  static ambient(): Space {
    const known = findAmbient();
    if (known !== undefined) return Space.join(known as unknown as Handle<Space>);
    const ambient = Space.create();
    offerAmbient(ambient.#core);
    return ambient;
  }

  /**
   * Joins the space of a handle that another thread posted; of the handle of a client, as that client. A thread that joined by
   * clients alone leaves the space with the last of them.
   * Outcomes: the space, the same one each time; EINVAL, ENOSPC (agents), or ENOENT: the client is closed.
   */
  static join(handle: Handle<Space>): Space {
    const { client, ...data } = (handle ?? {}) as unknown as SpaceData & { readonly client?: ClientFields };
    const wasJoined = isJoined(data.id);
    const core = joinCore(data);
    const known = spaces.get(core);
    const space = known ?? new Space(core, undefined);
    if (known === undefined && !wasJoined && client !== undefined) space.#isForClients = true;
    if (client === undefined) space.#isForClients = false;
    return client === undefined ? space : space.#joinClient(client);
  }

  /**
   * The same memory with an account of its own: give one to each library. What is made through it, and by `like()` of that, is
   * charged to it and stays within its budget. Each call makes an account, also for a name that is in use: names are for reports. A
   * client of a client stands beside it. Closing one ends the account alone: its buffers stay, and count for the space.
   * Outcomes: a space in all its members; throws EINVAL (name, budget, priority), ENOSPC (limits.clients).
   */
  client(name: string, options: ClientOptions = {}): Space {
    this.#check();
    return clientSpace(this.#main(), openClient(this.#core, name, options));
  }

  /** What may be in use at once: of the system heap; of a client, by its account, at most. */
  get budgetBytes(): number {
    const { budgetBytes } = this.#client === undefined ? noBudget : clientStats(this.#core, this.#client);
    return budgetBytes ?? heapStats(this.#core.agent, 0).budgetBytes;
  }

  /**
   * May change while running. Lowering it evicts what nobody uses; what is in use beyond it leaves when room is needed after
   * that, or stays until it is freed.
   */
  set budgetBytes(bytes: number) {
    this.#check();
    const { agent } = this.#core;
    checkBytes(bytes, 'budgetBytes');
    if (this.#client === undefined) setBudget(agent, 0, bytes);
    else setClientBudget(this.#core, this.#client, bytes);
    trimToBudget(agent, 0, this.#client?.token ?? 0);
    // Whoever waits for memory may have room now.
    ringQueued(agent);
  }

  /** Plain data to post to threads of this process, which then `join`; of a client, to have the same account there. */
  get handle(): Handle<Space> {
    const { data } = this.#core;
    const client = this.#client;
    const handle = client === undefined ? data : { ...data, client: { ...client.id, name: client.name } };
    return handle as unknown as Handle<Space>;
  }

  /** False where there is no SharedArrayBuffer: everything then runs on this thread. */
  get isShared(): boolean {
    return this.#core.agent.isShared;
  }

  /**
   * A buffer of a type and shape. Takes a slot, and memory at first use.
   * Outcomes: the buffer; throws EINVAL (type, shape, or larger than the budget of its heap, or of the client), ENOENT (heap), ENOSPC (buffers).
   */
  buffer<D extends DType, const S extends readonly number[]>(
    dtype: D,
    shape: S,
    options: BufferOptions<D, Sized<S>> = {},
  ): SharedBuffer<D, Sized<S>> {
    this.#check();
    const checked = checkShape(dtype, shape);
    const places = heapsOf(this.#core, options.heaps ?? []);
    this.#checkSize(lengthOf(shape) * bytesPerElement(dtype), places);
    const [priority, source] = [checkPriority(options.priority ?? 0), checkSource(options.source)];
    const more = { label: options.label, places, priority, source, client: this.#client?.token ?? 0 };
    return newBuffer(this.#core, dtype, checked as Sized<S>, more);
  }

  /**
   * Runs `body` with several buffers, all or nothing; it may run more than once and must be repeatable.
   * Outcomes: its result, with all drafts published; rejects with what it throws, with nothing published.
   */
  async transaction<R>(body: (tx: Transaction) => Promise<R>, options: TransactionOptions = {}): Promise<R> {
    this.#check();
    return runTransaction(this.#core, body, options);
  }

  /** The same, blocking this thread. Outcomes: also EDEADLK where that could never end. */
  transactionSync<R>(body: (tx: Transaction<'sync'>) => R, options: { timeoutMs?: number; label?: string } = {}): R {
    this.#check();
    return runTransactionSync(this.#core, body, options);
  }

  /** Revives a handle. Outcomes: the object; throws EINVAL (forged, other space), ENOENT (its target is gone). */
  open<T>(handle: Handle<T>): T {
    this.#check();
    return openHandle(this.#core, handle) as T;
  }

  /** Any promise as a fence; it fails if the promise rejects. Outcomes: the fence; throws EINVAL (not a promise), ENOSPC. */
  fence(work: Promise<unknown>, label: string = 'promise'): Fence {
    this.#check();
    // Before a job slot is taken for it.
    if (typeof work?.then !== 'function') {
      fail('EINVAL', `The work of fence '${label}' (${typeof work}) is not a promise.`, { argument: 'work' });
    }
    const promise = promiseLocal(this.#core, label);
    // Whatever it is: what is no promise is over at once.
    Promise.resolve(work).then(
      () => promise.end(),
      (reason: unknown) => promise.end(rejectedError(reason, label)),
    );
    return promise.fence;
  }

  on<E extends keyof SpaceEvents>(
    event: E,
    fn: (detail: SpaceEvents[E]) => void,
    options: { signal?: AbortSignal } = {},
  ): Disposable {
    if (!Object.hasOwn(this.#listeners, event)) {
      const known = Object.keys(this.#listeners).join(', ');
      fail('EINVAL', `There is no event '${String(event)}': a space has ${known}.`, { argument: 'event' });
    }
    const listeners = this.#listeners[event] as Set<(detail: SpaceEvents[E]) => void>;
    listeners.add(fn);
    if (event === 'pressure') this.#hearPressure();
    const { signal } = options;
    const off = (): void => {
      listeners.delete(fn);
      signal?.removeEventListener('abort', off);
    };
    if (signal?.aborted) off();
    else signal?.addEventListener('abort', off, { once: true });
    return { [disposeKey]: off };
  }

  /** How this thread's transactions went, and how often they were retried. */
  get transactionStats(): TransactionStats {
    return transactionStatsOf(this.#core);
  }

  /** A text for people: heaps, agents, buffers, jobs; transactions of this thread that are open, and who waits for their locks. */
  describe(): string {
    return describeCore(this.#core);
  }

  /**
   * Closes pools, then leaves: references of this thread are dropped. A second time does nothing. Of a client: closes the pools that
   * were made through it, and ends its account in this thread; buffers are left as they are.
   */
  async close(options: CloseOptions = {}): Promise<void> {
    if (this.#core.isClosed || this.#client?.isClosed) return;
    await Promise.all([...this.#closers].map((fn) => fn(options)));
    // A close that came meanwhile waited for the same pools, and one of the two is first.
    if (this.#client === undefined) leaveCore(this.#core);
    else await this.#leaveClient(this.#client);
  }

  /** `close`, for `await using`. */
  declare readonly [Symbol.asyncDispose]: () => Promise<void>;

  static {
    Object.defineProperty(Space.prototype, asyncDisposeKey, { value: Space.prototype.close });
    coreOf = (space) => {
      space.#check();
      return space.#core;
    };
    giveMakers({ coreOf, promise: promiseLocal, pin: pinBuffer });
    spaceOver = (core) => {
      const space = spaces.get(core) ?? new Space(core, undefined);
      space.#isForClients = false;
      return space;
    };
    clientSpace = (parent, client) => new Space(parent.#core, undefined, parent, client);
    clientTokenOf = (space) => space.#client?.token ?? 0;
    spaceFor = (core, token) => spaceOver(core).#clientOf(token);
    emit = (space, event, detail) => space.#emit(event, detail);
    beforeClose = (space, fn) => {
      space.#closers.add(fn);
      return () => space.#closers.delete(fn);
    };
  }

  /** While anybody listens: whoever makes room rings those alone who asked. */
  #hearPressure(): void {
    if (this.#isHearing) return;
    this.#isHearing = true;
    whenPressed(this.#core, (detail) => {
      this.#isHearing = false;
      this.#emit('pressure', detail);
      if (this.#listeners.pressure.size > 0) this.#hearPressure();
    });
  }

  #emit<E extends keyof SpaceEvents>(event: E, detail: SpaceEvents[E]): void {
    // One that throws does not keep the others from hearing.
    for (const fn of this.#listeners[event] as Set<(detail: SpaceEvents[E]) => void>) {
      try {
        fn(detail);
      } catch (error) {
        reportUncaught(error);
      }
    }
  }

  #check(): void {
    if (this.#core.isClosed) fail('EINVAL', 'The space is closed.', { argument: 'space' });
    if (this.#client?.isClosed) fail('EINVAL', `Client '${this.#client.name}' is closed.`, { argument: 'space' });
  }

  /** What can never fit is refused when it is made. */
  #checkSize(sizeBytes: number, places: readonly number[]): void {
    let [largest, who] = [-1, ''];
    for (const heap of places.length === 0 ? [chargedHeap] : places) {
      const budget = budgetBytes(this.#core.agent, heap);
      const own = heap === chargedHeap && this.#client !== undefined ? this.budgetBytes : budget;
      const bytes = Math.min(budget, own);
      if (bytes <= largest) continue;
      largest = bytes;
      who = own < budget ? `client '${this.#client?.name}' may use` : `heap '${this.#core.heapNames[heap]}' may hold`;
    }
    if (sizeBytes <= largest) return;
    const sentence = `The size of the buffer (${sizeBytes} bytes) is more than ${who} (${largest}).`;
    fail('EINVAL', sentence, { argument: 'shape' });
  }

  /** The space that this is a client of, or itself. */
  #main(): Space {
    return this.#parent ?? this;
  }

  /** Joining twice gives the same one. Outcomes: ENOENT, EINVAL; then a thread that only came for it leaves again. */
  #joinClient(fields: ClientFields): Space {
    try {
      const client = joinClient(this.#core, fields);
      return this.#clients.get(client.token) ?? clientSpace(this, client);
    } catch (error) {
      if (this.#isForClients && this.#clients.size === 0) leaveCore(this.#core);
      throw error;
    }
  }

  #clientOf(token: number): Space {
    const account = accountOfToken(this.#core.agent, token);
    if (account === undefined) return this;
    const known = this.#clients.get(token);
    if (known !== undefined || currentAccount(this.#core.agent, token) < 0) return known ?? this;
    try {
      return clientSpace(this, joinClient(this.#core, account));
    } catch {
      // Closed just now.
      return this;
    }
  }

  /** The account ends here, unless the space has been left meanwhile, and with that its holds. */
  async #leaveClient(client: Client): Promise<void> {
    const parent = this.#main();
    parent.#clients.delete(client.token);
    if (this.#forget !== undefined) this.#forget();
    closeClient(this.#core, client);
    if (parent.#isForClients && parent.#clients.size === 0) await parent.close();
  }
}

function noListeners(): Listeners {
  return { unobserved: new Set(), crash: new Set(), pressure: new Set(), validator: new Set() };
}

const noBudget: { readonly budgetBytes?: undefined } = {};
