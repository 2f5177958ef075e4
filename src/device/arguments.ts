// Checks the arguments of a call against the kernel's plan, and takes them apart into what is locked and what is copied.
// It sees buffers through a minimal interface: whether one is alive and of this space is checked by who owns it.
import type { DType } from '../base/dtype.ts';
import { fail } from '../base/errors.ts';
import type { BufferSpec, Plan } from './plan.ts';
import { checkScalar } from './scalar.ts';

/** What a call needs to see of a buffer. Two arguments with one id are the same memory. */
export interface BufferArgument {
  readonly id: number;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly label: string;
}

/** One buffer of a job: what is declared about it (name, access, heap, isSplit in `spec`), and which it is. */
export interface Use<B extends BufferArgument> {
  readonly spec: BufferSpec;
  /** Position in a list, -1 if the parameter is one buffer. */
  readonly index: number;
  readonly buffer: B;
}

/** A call taken apart. Uses are in order of declaration, then of their list. */
export interface Bound<B extends BufferArgument> {
  readonly uses: readonly Use<B>[];
  /** One entry per parameter that is not one buffer, in order of declaration: a scalar, a value, or the length of a list. */
  readonly plain: readonly unknown[];
  /** Rows to cut the job by; 0 if the kernel is not split. */
  readonly rows: number;
}

/**
 * Checks the arguments of one call and takes them apart. Changes nothing, waits for nothing, allocates its result only.
 *
 * @param isBuffer Says whether an argument is a buffer at all; everything else that is declared is checked here.
 * Outcomes: the call taken apart; throws EINVAL whose `argument` is the argument's name ('photos[2]' for one of a list).
 */
export function bindArguments<B extends BufferArgument>(
  plan: Plan,
  args: unknown,
  isBuffer: (candidate: unknown) => candidate is B,
): Bound<B> {
  checkNames(plan, args);
  const uses: Use<B>[] = [];
  const plain: unknown[] = [];
  for (const step of plan.steps) {
    const argument = args[step.name];
    if (step.kind === 'buffer') uses.push(useOf(plan, step, -1, argument, isBuffer));
    else if (step.kind === 'many') plain.push(bindList(plan, step, argument, isBuffer, uses));
    else if (step.kind === 'scalar') plain.push(checkScalar(step.scalar, argument, step.name, plan.name));
    else plain.push(argument);
  }
  checkNamedDims(plan, uses);
  if (plan.canAlias) {
    if (uses.length > pairsMax) checkManyAliases(plan, uses);
    else checkAliases(plan, uses);
  }
  return { uses, plain, rows: plan.isSplit ? rowsOf(plan, uses) : 0 };
}

function checkNames(plan: Plan, args: unknown): asserts args is Readonly<Record<string, unknown>> {
  if (typeof args !== 'object' || args === null) {
    refuse('args', `The arguments of ${plan.name} (${typeOf(args)}) are not a record such as ${signatureText(plan)}.`);
  }
  for (const { name } of plan.steps) {
    if (!Object.hasOwn(args, name)) {
      refuse(name, `The argument ${name} is missing: ${plan.name} takes ${signatureText(plan)}.`);
    }
  }
  let count = 0;
  for (const name in args) if (Object.hasOwn(args, name)) count++;
  if (count === plan.steps.length) return;
  for (const name of Object.keys(args)) {
    if (!plan.steps.some((step) => step.name === name)) {
      refuse(name, `The argument ${name} is unknown: ${plan.name} takes ${signatureText(plan)}.`);
    }
  }
}

function bindList<B extends BufferArgument>(
  plan: Plan,
  spec: BufferSpec,
  list: unknown,
  isBuffer: (candidate: unknown) => candidate is B,
  uses: Use<B>[],
): number {
  if (!Array.isArray(list)) {
    refuse(spec.name, `The argument ${spec.name} (${typeOf(list)}) of ${plan.name} is not a list of buffers.`);
  }
  // Read once: the count goes to the kernel's agent and must be that of the uses.
  const { length } = list;
  for (let index = 0; index < length; index++) uses.push(useOf(plan, spec, index, list[index], isBuffer));
  return length;
}

function useOf<B extends BufferArgument>(
  plan: Plan,
  spec: BufferSpec,
  index: number,
  argument: unknown,
  isBuffer: (candidate: unknown) => candidate is B,
): Use<B> {
  if (!isBuffer(argument)) {
    const path = pathOf(spec, index);
    refuse(path, `The argument ${path} (${typeOf(argument)}) of ${plan.name} is not a buffer.`);
  }
  const use: Use<B> = { spec, index, buffer: argument };
  checkShape(plan, use);
  return use;
}

/** Element type, rank and fixed dimensions; named ones are compared in checkNamedDims, once all arguments are known to be buffers. */
function checkShape<B extends BufferArgument>(plan: Plan, use: Use<B>): void {
  const { dtype, dims } = use.spec.param;
  const { shape } = use.buffer;
  if (use.buffer.dtype !== dtype) {
    refuseUse(plan, use, `has the element type ${use.buffer.dtype}, but ${dtype} is declared`);
  }
  if (shape.length !== dims.length) {
    refuseUse(
      plan,
      use,
      `has the shape [${shape.join(', ')}], whose rank is ${shape.length}, but [${dims.join(', ')}] is declared`,
    );
  }
  for (let at = 0; at < dims.length; at++) {
    const dim = dims[at];
    if (typeof dim === 'number' && shape[at] !== dim) {
      refuseUse(plan, use, `has the shape [${shape.join(', ')}], but [${dims.join(', ')}] is declared`);
    }
  }
}

/** Equal names are equal numbers: each named dimension is compared with the first argument that has it. */
function checkNamedDims<B extends BufferArgument>(plan: Plan, uses: readonly Use<B>[]): void {
  const { sizes, setBy } = plan;
  for (let id = 0; id < setBy.length; id++) setBy[id] = -1;
  for (let position = 0; position < uses.length; position++) {
    // Proof of the casts: position is below uses.length, and the rank was compared in checkShape.
    const { spec, buffer } = uses[position] as Use<B>;
    for (let at = 0; at < spec.dimIds.length; at++) {
      const id = spec.dimIds[at] as number;
      if (id < 0) continue;
      if (setBy[id] === -1) {
        setBy[id] = position;
        sizes[id] = buffer.shape[at] as number;
      } else if (sizes[id] !== buffer.shape[at]) {
        refuseDims(plan, uses, position, at);
      }
    }
  }
}

/** What is written must not be passed twice: the kernel would read its own writes, or write twice, in an order nobody chose. */
function checkAliases<B extends BufferArgument>(plan: Plan, uses: readonly Use<B>[]): void {
  for (let i = 1; i < uses.length; i++) {
    const use = uses[i] as Use<B>;
    for (let j = 0; j < i; j++) {
      const earlier = uses[j] as Use<B>;
      if (earlier.buffer.id !== use.buffer.id) continue;
      if (use.spec.param.access !== 'read' || earlier.spec.param.access !== 'read') refuseAlias(plan, earlier, use);
    }
  }
}

/** The same in linear time, for long lists. */
function checkManyAliases<B extends BufferArgument>(plan: Plan, uses: readonly Use<B>[]): void {
  const firstUses = new Map<number, Use<B>>();
  for (const use of uses) {
    const earlier = firstUses.get(use.buffer.id);
    if (earlier === undefined) firstUses.set(use.buffer.id, use);
    // The first use stands for all: had any between written, it would have been refused against the first.
    else if (use.spec.param.access !== 'read' || earlier.spec.param.access !== 'read') refuseAlias(plan, earlier, use);
  }
}

/** Up to so many uses, comparing pairs is faster than a map and allocates nothing. */
const pairsMax = 16;

/** All split parameters are cut alike, so they must have the same number of rows, whatever the names of their dimensions. */
function rowsOf<B extends BufferArgument>(plan: Plan, uses: readonly Use<B>[]): number {
  let first: Use<B> | undefined;
  for (const use of uses) {
    if (!use.spec.isSplit) continue;
    first ??= use;
    if (use.buffer.shape[0] !== first.buffer.shape[0]) {
      refuse(
        use.spec.name,
        `The split arguments of ${plan.name} do not have the same number of rows: ` +
          `${use.spec.name} has ${use.buffer.shape[0]} but ${first.spec.name} has ${first.buffer.shape[0]}.`,
      );
    }
  }
  return first?.buffer.shape[0] ?? 0;
}

function refuseDims<B extends BufferArgument>(
  plan: Plan,
  uses: readonly Use<B>[],
  position: number,
  at: number,
): never {
  const use = uses[position] as Use<B>;
  const id = use.spec.dimIds[at] as number;
  const first = uses[plan.setBy[id] as number] as Use<B>;
  const path = pathOf(use.spec, use.index);
  refuse(
    path,
    `The arguments of ${plan.name} disagree: ${path}.${plan.dimNames[id]} is ${use.buffer.shape[at]} ` +
      `but ${pathOf(first.spec, first.index)}.${plan.dimNames[id]} is ${plan.sizes[id]}.`,
  );
}

function refuseAlias<B extends BufferArgument>(plan: Plan, first: Use<B>, second: Use<B>): never {
  const [one, other] = [pathOf(first.spec, first.index), pathOf(second.spec, second.index)];
  refuse(
    other,
    `The buffer ${labelOf(second.buffer)} is passed to ${plan.name} twice, as ${one} (${first.spec.param.access}) ` +
      `and as ${other} (${second.spec.param.access}), and one of them writes.\n` +
      'Hint: to change a buffer in place, declare one parameter with update.',
  );
}

function refuseUse<B extends BufferArgument>(plan: Plan, use: Use<B>, what: string): never {
  const path = pathOf(use.spec, use.index);
  refuse(path, `The argument ${path} (buffer ${labelOf(use.buffer)}) of ${plan.name} ${what}.`);
}

function pathOf(spec: BufferSpec, index: number): string {
  return index < 0 ? spec.name : `${spec.name}[${index}]`;
}

function labelOf(buffer: BufferArgument): string {
  return buffer.label === '' ? `#${buffer.id}` : `"${buffer.label}" #${buffer.id}`;
}

function typeOf(given: unknown): string {
  if (given === null) return 'null';
  return Array.isArray(given) ? 'an array' : typeof given;
}

function signatureText(plan: Plan): string {
  return `{ ${plan.steps.map((step) => step.name).join(', ')} }`;
}

function refuse(argument: string, sentence: string): never {
  fail('EINVAL', sentence, { argument });
}
