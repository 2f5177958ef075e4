// What a kernel says it touches: the constructors of parameters, their types, and the checks at the declaration.
// Parameters are plain data, so that the worker that has the kernels can post them to the agents that call them.
// What is passed to them at a call is in arguments.ts.
import { type DType, dtypes, isDType } from '../base/dtype.ts';
import { fail } from '../base/errors.ts';
import type { Access, Pattern, ReadView, Sized, View } from '../base/view.ts';

/** One buffer, with what is done to it. */
export interface Param<M extends Access, D extends DType, P extends Pattern> {
  readonly access: M;
  readonly dtype: D;
  readonly dims: P;
  /** Where the kernel needs it; anywhere if absent. */
  readonly heap?: string;
}

/** Any number of buffers of one kind. */
export interface Many<P> {
  readonly each: P;
}

/** Anything that can be cloned; the kernel gets a copy. */
export interface Value<T> {
  readonly value: T;
}

export type Scalar = 'f32' | 'f64' | 'i32' | 'u32' | 'bool';
export type AnyParam = Param<Access, DType, Pattern>;
export type Params = { readonly [name: string]: AnyParam | Many<AnyParam> | Value<unknown> | Scalar };

/** Where the kernel needs a buffer ('wasm'): the scheduler brings it there before the job runs. */
export type In = { heap?: string };

/** What a kernel gets for a parameter. */
export type ViewOf<P> =
  P extends Param<infer M, infer D, infer S>
    ? M extends 'read'
      ? ReadView<D, Sized<S>>
      : View<D, Sized<S>>
    : P extends Many<infer E>
      ? readonly ViewOf<E>[]
      : P extends Value<infer T>
        ? T
        : P extends 'bool'
          ? boolean
          : number;
export type ViewsOf<P> = { readonly [N in keyof P]: ViewOf<P[N]> };

/** A parameter that the kernel only reads. Outcomes: the parameter; throws EINVAL for a wrong type, dimension or heap. */
export function read<D extends DType, const P extends Pattern>(dtype: D, dims: P, where?: In): Param<'read', D, P> {
  return param('read', dtype, dims, where);
}

/** A parameter that the kernel replaces as a whole; its old contents are not brought back. Outcomes: as `read`. */
export function write<D extends DType, const P extends Pattern>(dtype: D, dims: P, where?: In): Param<'write', D, P> {
  return param('write', dtype, dims, where);
}

/** A parameter that the kernel changes in place. Such a job is never run twice. Outcomes: as `read`. */
export function update<D extends DType, const P extends Pattern>(dtype: D, dims: P, where?: In): Param<'update', D, P> {
  return param('update', dtype, dims, where);
}

/** A list of any length, of buffers of one kind; their named dimensions agree too. Outcomes: as `read`. */
export function many<P extends AnyParam>(each: P): Many<P> {
  if (!isParam(each)) refuse('each', 'Many takes one buffer parameter, made by read, write or update.');
  return Object.freeze({ each });
}

/** A parameter for any value that can be cloned. The type is the caller's and the kernel's affair, as it is with postMessage. */
export function value<T>(): Value<T> {
  // The property is what tells this kind of parameter from the others; its type exists for the compiler alone.
  return valueParam as Value<T>;
}

/** Says which of the four kinds a parameter is, and undefined for anything else. */
export function kindOf(parameter: unknown): 'buffer' | 'many' | 'value' | 'scalar' | undefined {
  if (typeof parameter === 'string') return scalars.has(parameter) ? 'scalar' : undefined;
  if (typeof parameter !== 'object' || parameter === null) return undefined;
  if (isParam(parameter)) return 'buffer';
  if ('each' in parameter) return isParam(parameter.each) ? 'many' : undefined;
  return 'value' in parameter ? 'value' : undefined;
}

/**
 * Checks declared parameters, also those that arrived from another thread.
 * Outcomes: nothing; throws EINVAL that names the parameter.
 */
export function checkParams(params: unknown): asserts params is Params {
  if (typeof params !== 'object' || params === null || Array.isArray(params)) {
    refuse('params', 'The parameters of a kernel are one record, such as { src: read(...), radius: "u32" }.');
  }
  for (const [name, parameter] of Object.entries(params)) {
    if (!identifier.test(name) || name === '__proto__') {
      refuse('params', `The name of a parameter (${JSON.stringify(name)}) is not an identifier.`);
    }
    const kind = kindOf(parameter);
    if (kind === undefined) {
      refuse(
        name,
        `The parameter ${name} is not made by read, write, update, many or value, and is no scalar (${[...scalars].join(', ')}).`,
      );
    }
    if (kind === 'buffer') checkParam(parameter, name);
    if (kind === 'many') checkParam(parameter.each, `${name}.each`);
  }
}

/** More dimensions than this are a mistake. */
export const dimsMax = 16;

const identifier = /^[A-Za-z_$][\w$]*$/;
const scalars: ReadonlySet<string> = new Set<Scalar>(['f32', 'f64', 'i32', 'u32', 'bool']);
const accesses: ReadonlySet<unknown> = new Set<Access>(['read', 'write', 'update']);
const valueParam: Value<unknown> = Object.freeze({ value: true });

function param<M extends Access, D extends DType, const P extends Pattern>(
  access: M,
  dtype: D,
  dims: P,
  where: In | undefined,
): Param<M, D, P> {
  const made: Param<M, D, P> =
    where?.heap === undefined ? { access, dtype, dims } : { access, dtype, dims, heap: where.heap };
  checkParam(made, access);
  // A copy, because the caller may change an array of dimensions after it was checked.
  return Object.freeze({ ...made, dims: Object.freeze([...dims]) as Pattern as P });
}

function isParam(parameter: unknown): parameter is AnyParam {
  return typeof parameter === 'object' && parameter !== null && 'access' in parameter && 'dims' in parameter;
}

function checkParam(parameter: AnyParam, name: string): void {
  const { access, dtype, dims, heap } = parameter;
  if (!accesses.has(access)) refuse(name, `The access (${show(access)}) of ${name} is not read, write or update.`);
  if (!isDType(dtype)) refuse(name, `The element type (${show(dtype)}) of ${name} is not one of ${dtypes.join(', ')}.`);
  if (!Array.isArray(dims)) refuse(name, `The dimensions of ${name} are not a list such as ['height', 'width', 4].`);
  if (dims.length > dimsMax)
    refuse(name, `The number of dimensions (${dims.length}) of ${name} is above the limit (${dimsMax}).`);
  for (const dim of dims) checkDim(dim, name);
  if (heap !== undefined && (typeof heap !== 'string' || heap === '')) {
    refuse(name, `The heap (${show(heap)}) of ${name} is not a name.`);
  }
}

function checkDim(dim: unknown, name: string): void {
  if (typeof dim === 'string') {
    if (!identifier.test(dim)) refuse(name, `The name of a dimension (${show(dim)}) of ${name} is not an identifier.`);
  } else if (typeof dim !== 'number' || !Number.isSafeInteger(dim) || dim <= 0) {
    refuse(name, `The dimension (${show(dim)}) of ${name} is neither a name nor a positive integer.`);
  }
}

function show(given: unknown): string {
  if (typeof given === 'string') return JSON.stringify(given);
  return typeof given === 'object' && given !== null ? 'an object' : String(given);
}

function refuse(argument: string, sentence: string): never {
  fail('EINVAL', sentence, { argument });
}
