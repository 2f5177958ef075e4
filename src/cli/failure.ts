// How the command line fails: one sentence on standard error and an exit code. Nothing here prints; main.ts does.

/** The run was asked for wrongly: the sentence and a pointer to --help, exit code 2. */
export class UsageError extends Error {
  readonly exitCode = 2;
}

/** The run failed, and the message says all there is to say: exit code 1. */
export class RunError extends Error {
  readonly exitCode = 1;
}

/** Somebody pressed Ctrl-C (SIGINT, 130) or asked the process to end (SIGTERM, 143). */
export class Interrupted extends Error {
  readonly exitCode: number;

  constructor(signal: 'SIGINT' | 'SIGTERM') {
    super(signal === 'SIGINT' ? 'The run was interrupted.' : 'The run was asked to end.');
    this.exitCode = signal === 'SIGINT' ? 130 : 143;
  }
}

/** One sentence for whatever was thrown: its message, on one line, ended with a full stop. */
export function sentenceOf(error: unknown): string {
  const text = error instanceof Error ? error.message || error.name : `Something was thrown: ${String(error)}`;
  const line = text.trim().split('\n')[0]?.trim() ?? '';
  return /[.!?]$/.test(line) ? line : `${line}.`;
}

/** What Node says of a file, as a person would: the cause alone, without code, call and path. */
export function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const known = reasons[code];
  if (known) return known;
  return sentenceOf(error)
    .replace(/^[A-Z]+: /, '')
    .replace(/\.$/, '');
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  EACCES: 'permission is denied',
  EPERM: 'it is not permitted',
  ENOTDIR: 'a part of the path is a file, not a folder',
  EISDIR: 'it is a folder',
  EEXIST: 'a file of that name is in the way',
  ENOSPC: 'no space is left on the device',
  EROFS: 'the file system is read-only',
  EMFILE: 'too many files are open',
};
