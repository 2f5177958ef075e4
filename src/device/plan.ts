// A kernel's parameters, prepared once for all its calls: for taking arguments apart (arguments.ts) and for putting views together.
import type { Signature } from './kernel.ts';
import { type AnyParam, kindOf, type Many, type Scalar } from './parameters.ts';

/** The prepared parameters. `sizes` and `setBy` are scratch of one synchronous call of `bindArguments`. */
export interface Plan {
  readonly name: string;
  readonly steps: readonly Step[];
  /** Whether a job may be run again after a crash: only if it changes nothing in place. */
  readonly mayRetry: boolean;
  readonly isSplit: boolean;
  /** Whether one buffer can be passed twice and be written. */
  readonly canAlias: boolean;
  readonly dimNames: readonly string[];
  readonly sizes: number[];
  readonly setBy: number[];
}

/** One parameter, in order of declaration. */
export type Step = BufferStep | ListStep | ScalarStep | ValueStep;

export interface BufferStep extends BufferSpec {
  readonly kind: 'buffer';
}
export interface ListStep extends BufferSpec {
  readonly kind: 'many';
}
export interface ScalarStep {
  readonly kind: 'scalar';
  readonly name: string;
  readonly scalar: Scalar;
}
export interface ValueStep {
  readonly kind: 'value';
  readonly name: string;
}

export interface BufferSpec {
  readonly name: string;
  readonly param: AnyParam;
  readonly isSplit: boolean;
  /** Per dimension, the number of its name in `Plan.dimNames`, or -1 if it is fixed. */
  readonly dimIds: readonly number[];
}

/** Prepares a signature, which was checked: it came from `signatureOf` or `checkSignature`. */
export function planOf(signature: Signature): Plan {
  const dimNames: string[] = [];
  const steps = Object.entries(signature.params).map(([name, parameter]): Step => {
    const kind = kindOf(parameter);
    if (kind === 'scalar') return { kind, name, scalar: parameter as Scalar };
    if (kind !== 'buffer' && kind !== 'many') return { kind: 'value', name };
    const param = kind === 'many' ? (parameter as Many<AnyParam>).each : (parameter as AnyParam);
    return {
      kind,
      name,
      param,
      isSplit: signature.split.includes(name),
      dimIds: param.dims.map((dim) => idOf(dim, dimNames)),
    };
  });
  const buffers = steps.filter((step): step is BufferStep | ListStep => step.kind === 'buffer' || step.kind === 'many');
  const writes = buffers.some(({ param }) => param.access !== 'read');
  return {
    name: signature.name,
    steps,
    mayRetry: !buffers.some(({ param }) => param.access === 'update'),
    isSplit: signature.split.length > 0,
    canAlias: writes && (buffers.length > 1 || buffers.some(({ kind }) => kind === 'many')),
    dimNames,
    sizes: dimNames.map(() => 0),
    setBy: dimNames.map(() => 0),
  };
}

/**
 * Puts together what the kernel is called with, from one view per use and the plain part of the call.
 * Context: the inverse of `bindArguments`, in the agent that runs the job; both parts come from a plan of the same kernel.
 */
export function assembleViews(
  plan: Plan,
  views: readonly unknown[],
  plain: readonly unknown[],
): Record<string, unknown> {
  const record: Record<string, unknown> = {};
  let nextView = 0;
  let nextPlain = 0;
  for (const { name, kind } of plan.steps) {
    if (kind === 'buffer') {
      record[name] = views[nextView++];
    } else if (kind === 'many') {
      const count = plain[nextPlain++] as number;
      record[name] = views.slice(nextView, nextView + count);
      nextView += count;
    } else {
      record[name] = plain[nextPlain++];
    }
  }
  return record;
}

function idOf(dim: number | string, dimNames: string[]): number {
  if (typeof dim === 'number') return -1;
  const known = dimNames.indexOf(dim);
  return known >= 0 ? known : dimNames.push(dim) - 1;
}
