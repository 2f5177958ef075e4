// What a module of kernels offers, and how a worker finds it even if a bundler dropped the exports of the worker's module:
// `serve` is a call, and it leaves what it made with a hook or in this file.
import { fail } from '../base/errors.ts';
import { isKernel, type KernelParts } from './kernel.ts';

/** Served kernels at run time: by name, or the function that makes them. */
export interface ServedParts {
  readonly kernels: Readonly<Record<string, unknown>> | ((setup: never) => Promise<unknown>);
}

/** If a function stands here on globalThis, `serve` gives it what is served instead of remembering it. */
export const serveHook: unique symbol = Symbol.for('fenceline.serve');

/** Keeps what is served and announces it. Outcomes: what is served; throws EINVAL if an entry is not a kernel. */
export function declareServed(kernels: unknown): ServedParts {
  if (typeof kernels !== 'function') kernelsByName(kernels);
  const served: ServedParts = { kernels: kernels as ServedParts['kernels'] };
  Object.defineProperty(served, servedBrand, { value: true });
  Object.freeze(served);
  const hook = (globalThis as { readonly [serveHook]?: unknown })[serveHook];
  if (typeof hook === 'function') hook(served);
  else remembered = served;
  return served;
}

/** What the last call of `serve` made and nobody took yet; undefined if there is none. Taking it forgets it. */
export function takeServed(): ServedParts | undefined {
  const served = remembered;
  remembered = undefined;
  return served;
}

/** Says whether this was made by `serve`, in whichever copy of the package. */
export function isServed(candidate: unknown): candidate is ServedParts {
  return typeof candidate === 'object' && candidate !== null && Object.hasOwn(candidate, servedBrand);
}

/**
 * The kernels by name, after calling the function form with `setup` if it is one.
 * Outcomes: the kernels; rejects with what the function form rejects with, or EINVAL if an entry is not a kernel.
 */
export async function loadServed(served: ServedParts, setup: unknown): Promise<ReadonlyMap<string, KernelParts>> {
  const { kernels } = served;
  return kernelsByName(typeof kernels === 'function' ? await kernels(setup as never) : kernels);
}

const servedBrand: unique symbol = Symbol.for('fenceline.served');
let remembered: ServedParts | undefined;

function kernelsByName(kernels: unknown): ReadonlyMap<string, KernelParts> {
  if (typeof kernels !== 'object' || kernels === null) {
    fail('EINVAL', 'What is served is one record of kernels, such as { blur, edges }.', { argument: 'kernels' });
  }
  const byName = new Map<string, KernelParts>();
  for (const [name, candidate] of Object.entries(kernels)) {
    if (!isKernel(candidate)) {
      fail('EINVAL', `What is served as ${name} is not a kernel: it was not made by kernel(...).`, { argument: name });
    }
    byName.set(name, candidate);
  }
  return byName;
}
