// The scalars of kernels: what each type accepts, and what arrives.
import { fail } from '../base/errors.ts';
import type { Scalar } from './parameters.ts';

/**
 * The value that the kernel gets: `f32` rounded to the nearest f32, as a GPU would see it; integers without a negative zero.
 * NaN and the infinities are allowed for floats, but no finite number may become infinite.
 *
 * Outcomes: the value; throws EINVAL that names the argument.
 */
export function checkScalar(scalar: Scalar, given: unknown, name: string, kernel: string): number | boolean {
  if (scalar === 'bool') {
    if (typeof given !== 'boolean') refuse(given, name, kernel, 'is not true or false');
    return given;
  }
  if (typeof given !== 'number') refuse(given, name, kernel, 'is not a number');
  if (scalar === 'f64') return given;
  if (scalar === 'f32') {
    const rounded = Math.fround(given);
    if (!Number.isFinite(rounded) && Number.isFinite(given)) {
      refuse(given, name, kernel, 'is beyond the range of f32 (3.4028234663852886e38)');
    }
    return rounded;
  }
  const whole = scalar === 'i32' ? given | 0 : given >>> 0;
  if (whole !== given) {
    const range = scalar === 'i32' ? '-2147483648 to 2147483647' : '0 to 4294967295';
    refuse(given, name, kernel, `is not an integer in the range of ${scalar} (${range})`);
  }
  return whole;
}

function refuse(given: unknown, name: string, kernel: string, what: string): never {
  const shown =
    typeof given === 'object' && given !== null
      ? 'an object'
      : typeof given === 'string'
        ? JSON.stringify(given)
        : String(given);
  fail('EINVAL', `The argument ${name} (${shown}) of ${kernel} ${what}.`, { argument: name });
}
