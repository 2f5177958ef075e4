/**
 * Proof that a thread stopped. Never a heartbeat: a debugger, a suspended laptop or a long JSON.parse all look dead and
 * write later (facts/protocols.md R6).
 *
 * Linux (Node, Deno, Bun): a thread is its id plus its start time in /proc; gone from there, it never writes again, and
 * anybody may look, also a thread that blocks. In browsers it is a beacon (beacon.ts). Elsewhere only the creator's 'exit' event
 * is a proof, and it calls `declareStopped` in agent.ts.
 *
 * Not here: what happens to the dead agent's things (repair.ts).
 */

/** How the stop of an agent can be proven by others. */
export const PROOF_DECLARED = 0;
export const PROOF_LINUX_THREAD = 1;
/** Its beacon is lit (beacon.ts): whoever is granted that lock has the proof. */
export const PROOF_BEACON = 2;

export interface ThreadIdentity {
  readonly proof: number;
  readonly thread: number;
  /** Low 31 bits of its start time, against reuse of the number. */
  readonly started: number;
}

interface FileSystem {
  readlinkSync(path: string): string;
  readFileSync(path: string, encoding: 'latin1'): string;
}

/** For `isThreadGone`: any thread of that number counts. */
export const anyStart = -1;

const unknownThread: ThreadIdentity = { proof: PROOF_DECLARED, thread: 0, started: 0 };

/** Who the calling thread is to the operating system. */
export function identifyThread(): ThreadIdentity {
  const files = fileSystem();
  if (files === undefined) return unknownThread;
  try {
    const thread = Number(files.readlinkSync('/proc/thread-self').split('/').at(-1));
    const started = startTime(files, thread);
    return started === undefined ? unknownThread : { proof: PROOF_LINUX_THREAD, thread, started };
  } catch {
    return unknownThread;
  }
}

/** True only if that thread is proven to have stopped. */
export function isThreadGone(proof: number, thread: number, started: number): boolean {
  const files = fileSystem();
  if (proof !== PROOF_LINUX_THREAD || files === undefined) return false;
  try {
    const found = startTime(files, thread);
    return started === anyStart ? found === undefined : found !== started;
  } catch {
    // Out of descriptors, or no right to look: that proves nothing.
    return false;
  }
}

/** Undefined if there is no such thread in this process. */
function startTime(files: FileSystem, thread: number): number | undefined {
  let status: string;
  try {
    status = files.readFileSync(`/proc/self/task/${thread}/stat`, 'latin1');
  } catch (error) {
    // Only "no such file" and "no such process" say that it is gone; running out of descriptors says nothing.
    const code = (error as { readonly code?: unknown }).code;
    if (code === 'ENOENT' || code === 'ESRCH') return undefined;
    throw error;
  }
  // Field 22, counted after the name, which stands in parentheses and may hold spaces.
  const fields = status.slice(status.lastIndexOf(')') + 2).split(' ');
  return Number(fields[19]) % 2 ** 31;
}

function fileSystem(): FileSystem | undefined {
  const runtime = globalThis as { process?: { platform?: string; getBuiltinModule?: (name: string) => unknown } };
  if (runtime.process?.platform !== 'linux') return undefined;
  return runtime.process.getBuiltinModule?.('node:fs') as FileSystem | undefined;
}
