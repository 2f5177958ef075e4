/**
 * Threads and messages, the same face over Node's worker_threads and the web's Worker. The only place that starts a
 * thread or posts a message.
 *
 * 'exit' is a proof of stop in Node: it comes after the thread was joined. The web has no such event.
 * Not here: what the messages mean (workers.ts, worker.ts).
 */

export interface Thread {
  /** Whether the runtime says when the thread has stopped. If not, its seat tells, and its beacon (beacon.ts). */
  readonly tellsExit: boolean;
  post(message: unknown): void;
  onMessage(fn: (message: unknown) => void): void;
  /** An uncaught error of the thread, or one in starting it. */
  onError(fn: (error: unknown) => void): void;
  /** The thread has stopped and will never write again. Never called unless `tellsExit`. */
  onExit(fn: () => void): void;
  terminate(): void;
  /** Whether the process stays alive while this thread runs. */
  keepAlive(isKept: boolean): void;
}

/** The other end: what a worker sees of the thread that started it. */
export interface ParentPort {
  /** Whether messages wait for the first `onMessage`. In the web they wait for the first pause of the module only. */
  readonly keepsEarly: boolean;
  post(message: unknown): void;
  /** Calls `fn` for every message until it is taken off; the thread stays alive for them meanwhile. */
  onMessage(fn: (message: unknown) => void): () => void;
}

interface NodeWorker {
  postMessage(message: unknown): void;
  on(event: string, fn: (value: unknown) => void): void;
  terminate(): unknown;
  ref(): void;
  unref(): void;
}

interface NodeParentPort {
  postMessage(message: unknown): void;
  on(event: string, fn: (message: unknown) => void): void;
  off(event: string, fn: (message: unknown) => void): void;
}

interface WorkerThreads {
  readonly isMainThread: boolean;
  readonly parentPort: NodeParentPort | null;
  readonly Worker: new (url: URL, options: { workerData?: unknown }) => NodeWorker;
}

interface WebWorker {
  postMessage(message: unknown): void;
  addEventListener(event: string, fn: (event: { readonly data?: unknown; readonly message?: string }) => void): void;
  terminate(): void;
  /** Bun alone has these. A web worker of Deno keeps its process alive until it is ended. */
  ref?(): void;
  unref?(): void;
}

/** Starts a module in a thread of its own. */
export function startThread(url: URL): Thread {
  const threads = workerThreads();
  if (threads !== undefined) return nodeThread(new threads.Worker(url, {}));
  return webThread(new Worker(url, { type: 'module' }) as unknown as WebWorker);
}

/** Wraps a worker that somebody else made. Outcomes: the thread, or undefined if it is not a worker of any kind. */
export function wrapThread(worker: unknown): Thread | undefined {
  if (typeof worker !== 'object' || worker === null || !('postMessage' in worker)) return undefined;
  if ('addEventListener' in worker && !('on' in worker)) return webThread(worker as unknown as WebWorker);
  if ('on' in worker) return nodeThread(worker as unknown as NodeWorker);
  return undefined;
}

/** The thread that started this one; undefined in a main thread. */
export function parentPort(): ParentPort | undefined {
  const threads = workerThreads();
  if (threads?.parentPort && !threads.isMainThread) return nodePort(threads.parentPort);
  // In a web worker of Deno, worker_threads takes the thread for a main thread: what it is made of tells.
  const runtime = globalThis as { readonly WorkerGlobalScope?: abstract new () => unknown };
  const isWebWorker = runtime.WorkerGlobalScope !== undefined && globalThis instanceof runtime.WorkerGlobalScope;
  const scope = globalThis as unknown as WebWorker;
  return isWebWorker && typeof scope.postMessage === 'function' ? webPort(scope) : undefined;
}

/** How many threads the machine runs at once. */
export function hardwareThreads(): number {
  const runtime = globalThis as { navigator?: { hardwareConcurrency?: number } };
  const os = builtin('node:os') as { availableParallelism?: () => number } | undefined;
  return os?.availableParallelism?.() ?? runtime.navigator?.hardwareConcurrency ?? 4;
}

/** Comes back from the event loop, after timers and messages had their turn. */
export function yieldToLoop(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

function nodeThread(worker: NodeWorker): Thread {
  return {
    tellsExit: isNode(),
    post: (message) => worker.postMessage(message),
    onMessage: (fn) => worker.on('message', fn),
    onError: (fn) => worker.on('error', fn),
    onExit: (fn) => worker.on('exit', () => fn()),
    terminate: () => void worker.terminate(),
    keepAlive: (isKept) => (isKept ? worker.ref() : worker.unref()),
  };
}

/**
 * Only Node joins the thread before it says 'exit'. Deno's comes at once: a kernel that was ended went on writing into
 * memory that had been given away since (seen with 2.9.6, about one run in two). There, /proc tells.
 */
function isNode(): boolean {
  const runtime = globalThis as { process?: { versions?: { node?: string } } };
  return runtime.process?.versions?.node !== undefined && !('Deno' in globalThis) && !('Bun' in globalThis);
}

function webThread(worker: WebWorker): Thread {
  return {
    tellsExit: false,
    post: (message) => worker.postMessage(message),
    onMessage: (fn) => worker.addEventListener('message', (event) => fn(event.data)),
    onError: (fn) => worker.addEventListener('error', (event) => fn(new Error(event.message ?? unloaded))),
    onExit: () => {},
    terminate: () => worker.terminate(),
    keepAlive: (isKept) => (isKept ? worker.ref?.() : worker.unref?.()),
  };
}

/** The event of a script that did not load says nothing at all. */
const unloaded =
  'Its script could not be loaded: it is not there, is no module of JavaScript, or came without the header ' +
  "'Cross-Origin-Embedder-Policy: require-corp'.";

function nodePort(port: NodeParentPort): ParentPort {
  return {
    keepsEarly: true,
    post: (message) => port.postMessage(message),
    onMessage: (fn) => {
      port.on('message', fn);
      return () => port.off('message', fn);
    },
  };
}

function webPort(scope: WebWorker): ParentPort {
  return {
    keepsEarly: false,
    post: (message) => scope.postMessage(message),
    onMessage: (fn) => {
      let isOn = true;
      scope.addEventListener('message', (event) => {
        if (isOn) fn(event.data);
      });
      return () => {
        isOn = false;
      };
    },
  };
}

function workerThreads(): WorkerThreads | undefined {
  return builtin('node:worker_threads') as WorkerThreads | undefined;
}

function builtin(name: string): unknown {
  const runtime = globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } };
  return runtime.process?.getBuiltinModule?.(name);
}
