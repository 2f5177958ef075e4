// A kernel as it is kept at run time: its parameters, its function and its options, checked where they are declared.
// The typed face (`kernel`, `serve`) is src/kernel.ts: it names Space and Job, which stand right of this layer.
// What callers pass is checked in arguments.ts; who runs a kernel, and when, is decided elsewhere.
import { fail } from '../base/errors.ts';
import { checkParams, kindOf, type Params } from './parameters.ts';

/** A declared kernel. `run` gets views by parameter name, and the job. */
export interface KernelParts {
  readonly params: Params;
  readonly run: (views: Readonly<Record<string, unknown>>, job: unknown) => unknown;
  readonly options: KernelOptions;
}

export interface KernelOptions {
  /** Parameters that are cut along their first dimension, all alike; empty if the kernel runs as one job. */
  readonly split: readonly string[];
  /** How long one run may take, or undefined for no limit. */
  readonly timeoutMs: number | undefined;
}

/** What callers need to know of a kernel, as plain data that can be posted to them. */
export interface Signature extends KernelOptions {
  readonly name: string;
  readonly params: Params;
}

/**
 * Checks a declaration and keeps it.
 *
 * With `split`, whatever the kernel writes must be cut: two parts that write one whole buffer would race.
 * Outcomes: the kernel, frozen; throws EINVAL that names the argument.
 */
export function declareKernel(params: unknown, run: unknown, options: unknown): KernelParts {
  checkParams(params);
  if (typeof run !== 'function') refuse('run', `The body of a kernel (${typeof run}) is not a function.`);
  const kept: KernelParts = {
    params: Object.freeze({ ...params }),
    run: run as KernelParts['run'],
    options: checkOptions(params, options),
  };
  Object.defineProperty(kept, kernelBrand, { value: true });
  return Object.freeze(kept);
}

/** Says whether this was made by `kernel`, in whichever copy of the package. */
export function isKernel(candidate: unknown): candidate is KernelParts {
  return typeof candidate === 'object' && candidate !== null && Object.hasOwn(candidate, kernelBrand);
}

/** What callers of this kernel need, to post to them. */
export function signatureOf(name: string, kernel: KernelParts): Signature {
  return { name, params: kernel.params, split: kernel.options.split, timeoutMs: kernel.options.timeoutMs };
}

/** Checks a signature that arrived from another thread. Outcomes: it; throws EINVAL. */
export function checkSignature(signature: unknown): Signature {
  if (typeof signature !== 'object' || signature === null)
    refuse('signature', 'The signature of a kernel is no record.');
  const { name, params, split, timeoutMs } = signature as { readonly [N in keyof Signature]?: unknown };
  if (typeof name !== 'string') refuse('signature', 'The signature of a kernel has no name.');
  checkParams(params);
  return { name, params, ...checkOptions(params, { split, timeoutMs }) };
}

const kernelBrand: unique symbol = Symbol.for('fenceline.kernel');

function checkOptions(params: Params, options: unknown): KernelOptions {
  if (options === undefined) return noOptions;
  if (typeof options !== 'object' || options === null) refuse('options', 'The options of a kernel are no record.');
  const { split, timeoutMs } = options as { readonly split?: unknown; readonly timeoutMs?: unknown };
  if (
    timeoutMs !== undefined &&
    !(typeof timeoutMs === 'number' && timeoutMs > 0 && timeoutMs < Number.POSITIVE_INFINITY)
  ) {
    refuse('timeoutMs', `The time limit (${String(timeoutMs)}) of a kernel is not a positive number of milliseconds.`);
  }
  return Object.freeze({ split: split === undefined ? noOptions.split : checkSplit(params, split), timeoutMs });
}

const noOptions: KernelOptions = Object.freeze({ split: Object.freeze([]), timeoutMs: undefined });

function checkSplit(params: Params, split: unknown): readonly string[] {
  if (!Array.isArray(split)) refuse('split', 'The split of a kernel is a list of names of its parameters.');
  const names: readonly unknown[] = split;
  for (const [position, name] of names.entries()) {
    checkCut(params, name);
    if (names.indexOf(name) !== position) refuse('split', `The split of a kernel names ${String(name)} twice.`);
  }
  if (names.length > 0) checkWritten(params, names);
  checkRows(params, names as readonly string[]);
  return Object.freeze([...(names as readonly string[])]);
}

function checkCut(params: Params, name: unknown): asserts name is string {
  if (typeof name !== 'string' || !Object.hasOwn(params, name)) {
    refuse(
      'split',
      `The split of a kernel names ${String(name)}, but its parameters are ${Object.keys(params).join(', ')}.`,
    );
  }
  const parameter = params[name];
  if (kindOf(parameter) !== 'buffer')
    refuse('split', `The parameter ${name} cannot be split, because it is not one buffer.`);
  if (dimsOf(parameter).length === 0)
    refuse('split', `The parameter ${name} cannot be split, because it has no dimension.`);
}

/** Parts run at once, so each may only write rows of its own. */
function checkWritten(params: Params, split: readonly unknown[]): void {
  for (const [name, parameter] of Object.entries(params)) {
    const buffer = kindOf(parameter) === 'many' ? (parameter as { readonly each: unknown }).each : parameter;
    if (kindOf(buffer) !== 'buffer' || (buffer as { readonly access: string }).access === 'read') continue;
    if (!split.includes(name)) {
      refuse(
        'split',
        `The kernel is split and writes ${name}, but ${name} is not split: its parts would race.\n` +
          `Hint: name it in split, or return what each part found as its result.`,
      );
    }
  }
}

/** The rows that parameters are cut along must be equally many; fixed numbers of rows are compared here, the rest at the call. */
function checkRows(params: Params, split: readonly string[]): void {
  let first: { name: string; rows: number } | undefined;
  for (const name of split) {
    const rows = dimsOf(params[name])[0];
    if (typeof rows !== 'number') continue;
    if (first !== undefined && first.rows !== rows) {
      refuse(
        'split',
        `Split parameters are cut alike, but ${name} has ${rows} rows and ${first.name} has ${first.rows}.`,
      );
    }
    first ??= { name, rows };
  }
}

function dimsOf(parameter: unknown): readonly (number | string)[] {
  return (parameter as { readonly dims: readonly (number | string)[] }).dims;
}

function refuse(argument: string, sentence: string): never {
  fail('EINVAL', sentence, { argument });
}
