/** Types and shapes of buffers, as callers give them. */
import { isDType } from './base/dtype.ts';
import { fail } from './base/errors.ts';

/** Outcomes: the shape, copied; EINVAL for a type that does not exist, or a dimension that is no whole number from 1 on. */
export function checkShape(dtype: unknown, shape: readonly number[]): readonly number[] {
  if (!isDType(dtype)) fail('EINVAL', `The element type (${String(dtype)}) does not exist.`, { argument: 'dtype' });
  if (!Array.isArray(shape)) {
    fail('EINVAL', `The shape (${typeof shape}) is not a list of dimensions.`, { argument: 'shape' });
  }
  for (const dim of shape as readonly number[]) {
    if (Number.isInteger(dim) && dim > 0) continue;
    fail('EINVAL', `The dimension ${dim} of the shape [${shape.join(', ')}] is not a whole number from 1 on.`, {
      argument: 'shape',
    });
  }
  return [...(shape as readonly number[])];
}
