// Another thread that locks: blocks, takes part in circles of locks, and hammers locks for a while.
import { parentPort, workerData } from 'node:worker_threads';
import { FencelineError, type Handle, Space } from 'fenceline';
import { type Ticket, type TicketOptions, ticket, type WwLock } from 'fenceline/sync';

type Rule = NonNullable<TicketOptions['rule']>;

interface Order {
  readonly do: string;
  readonly rule: Rule;
  readonly locks: readonly Handle<WwLock>[];
  readonly isTry: boolean;
  readonly done: Int32Array;
  readonly seed: number;
  readonly forMs: number;
}

const port = parentPort;
if (port === null) throw new Error('This is a worker.');
const space = Space.join(workerData);
let mine: Ticket | undefined;

port.on('message', (order: Order) => port.postMessage(answer(order)));
port.postMessage('ready');

function answer(order: Order): unknown {
  const locks = order.locks?.map((lock) => space.open(lock)) ?? [];
  try {
    return run(order, locks);
  } finally {
    for (const lock of locks) lock.dispose();
  }
}

function run(order: Order, locks: readonly WwLock[]): unknown {
  switch (order.do) {
    case 'exclude':
      return exclude(order, locks[0] as WwLock);
    case 'take':
      mine = ticket(space, { rule: order.rule });
      return take(mine, locks[0] as WwLock, order.isTry);
    case 'cross':
      return codeOf(() => mine?.lockSync(locks[0] as WwLock, { timeoutMs: 5000 }));
    case 'resolve':
      return crossOver(mine as Ticket, locks[0] as WwLock, locks[1] as WwLock);
    case 'end':
      mine?.unlockAll();
      mine?.dispose();
      return 0;
    case 'stress':
      return stress(order, locks);
    default:
      void space.close().then(() => port?.close());
      return undefined;
  }
}

/** Takes a lock without a context, notes that it has it, and gives it back. */
function exclude({ isTry, done }: Order, lock: WwLock): number {
  using plain = ticket(space, { rule: 'plain' });
  if (isTry) while (!plain.tryLock(lock));
  else plain.lockSync(lock, { timeoutMs: 5000 });
  Atomics.store(done, 0, 1);
  plain.unlock(lock);
  return 0;
}

function take(by: Ticket, lock: WwLock, isTry: boolean): unknown {
  return isTry ? by.tryLock(lock) : codeOf(() => by.lockSync(lock, { timeoutMs: 5000 }));
}

/** Locks the other one; told to give way, gives back all, takes what was contended the slow way, and then the rest. */
function crossOver(by: Ticket, own: WwLock, other: WwLock): string {
  let [missing, kept] = [other, own];
  for (;;) {
    const code = codeOf(() => by.lockSync(missing, { timeoutMs: 5000 }));
    if (code !== 'EDEADLK') return code;
    by.unlockAll();
    by.lockSlowSync(missing, { timeoutMs: 5000 });
    // In a circle of three, what was given back may be an older one's by now: then the same the other way round.
    [missing, kept] = [kept, missing];
  }
}

interface Tally {
  done: number;
  /** Codes that a lock call may not end with. */
  readonly unexpected: string[];
}

function stress({ rule, seed, forMs, isTry: isOne }: Order, locks: readonly WwLock[]): Tally {
  const random = generator(seed);
  const tally: Tally = { done: 0, unexpected: [] };
  const end = performance.now() + forMs;
  do {
    if (isOne) one(locks[random(locks.length)] as WwLock);
    else all(rule, shuffled(locks, random), tally);
    tally.done++;
  } while (performance.now() < end);
  return tally;
}

function one(lock: WwLock): void {
  using plain = ticket(space, { rule: 'plain' });
  plain.lockSync(lock, { timeoutMs: 5000 });
  plain.unlock(lock);
}

/** All locks in this order under one context: what was contended is taken the slow way, and skipped in the retry. */
function all(rule: Rule, locks: readonly WwLock[], { unexpected }: Tally): void {
  using context = ticket(space, { rule });
  for (let contended: WwLock | undefined; ; ) {
    if (contended !== undefined) context.lockSlowSync(contended, { timeoutMs: 5000 });
    const failed = locks.find((lock) => {
      if (lock === contended) return false;
      const code = codeOf(() => context.lockSync(lock, { timeoutMs: 5000 }));
      if (code !== '0' && code !== 'EDEADLK') unexpected.push(code);
      return code !== '0';
    });
    contended = failed;
    if (failed === undefined || unexpected.length > 0) break;
    context.unlockAll();
  }
  context.done();
  context.unlockAll();
}

function shuffled<T>(items: readonly T[], random: (limit: number) => number): T[] {
  const left = [...items];
  return items.map(() => left.splice(random(left.length), 1)[0] as T);
}

function generator(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return Math.floor((state / 0x80000000) * limit);
  };
}

function codeOf(work: () => unknown): string {
  try {
    work();
    return '0';
  } catch (error) {
    if (error instanceof FencelineError) return error.code;
    throw error;
  }
}
