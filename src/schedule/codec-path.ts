// The error of a value that cannot travel: it names the place in the value as the user would write it.
import { fail } from '../base/errors.ts';

/** A property, an index of an array, or -1 - n for the n-th entry of a map or set. */
export type PathPart = string | number;

/** Throws EINVAL: 'value.callback is a function, which cannot travel to another thread.' */
export function refuseValue(name: string, path: readonly PathPart[], what: string, cause?: unknown): never {
  const at = name + path.map(partText).join('');
  fail('EINVAL', `${at} ${what}, which cannot travel to another thread.`, { argument: at }, cause);
}

function partText(part: PathPart): string {
  if (typeof part === 'number') return part < 0 ? `<entry ${-1 - part}>` : `[${part}]`;
  return /^[A-Za-z_$][\w$]*$/.test(part) ? `.${part}` : `[${JSON.stringify(part)}]`;
}
