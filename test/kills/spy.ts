/**
 * Notes which members of the public API the calls of a test really make, so that no list has to claim it.
 *
 * Only what the test calls itself counts, while operations are counted: what a member calls on its way is not noted.
 */
import { Fence, SharedBuffer, Space } from 'fenceline';
import { isCounting } from './counted-atomics.ts';

const noted = new Set<string>();
let depth = 0;

/** `Space.join`, `Fence#wait`, `timeline()`: in the words of public-members.ts. */
export function notedMembers(): readonly string[] {
  return [...noted];
}

/** A function that notes its own calls. `isInside`: also while another call is under way, as in the body of a transaction. */
export function noting<F extends (...args: never[]) => unknown>(name: string, call: F, isInside: boolean = false): F {
  const wrapped = function (this: unknown, ...args: never[]): unknown {
    if (isCounting() && (isInside || depth === 0)) noted.add(name);
    depth++;
    try {
      return call.apply(this, args);
    } finally {
      depth--;
    }
  };
  return wrapped as unknown as F;
}

/** Notes every use of the object's members, in the name of the type that users see. */
export function spyOn<T extends object>(type: string, object: T): T {
  for (let at: object = object; at !== Object.prototype; at = Object.getPrototypeOf(at) as object) {
    replaceMembers(`${type}#`, at, object, type === 'Transaction');
  }
  return object;
}

/** All objects of the exported classes, and what these classes do themselves. */
export function spyOnClasses(): void {
  const classes = { Fence, SharedBuffer, Space } as const;
  for (const [name, type] of Object.entries(classes)) {
    replaceMembers(`${name}.`, type, type);
    replaceMembers(`${name}#`, type.prototype, type.prototype);
  }
}

function replaceMembers(prefix: string, from: object, target: object, isInside: boolean = false): void {
  for (const key of Reflect.ownKeys(from)) {
    const descriptor = Object.getOwnPropertyDescriptor(from, key);
    if (descriptor === undefined || !descriptor.configurable || key === 'constructor' || key === 'prototype') continue;
    if (from !== target && Object.hasOwn(target, key)) continue;
    const name = `${prefix}${typeof key === 'symbol' ? `[${key.description}]` : key}`;
    const { get, set, value } = descriptor as PropertyDescriptor;
    if (typeof value === 'function') {
      Object.defineProperty(target, key, {
        ...descriptor,
        value: noting(name, value as (...args: never[]) => unknown, isInside),
      });
    } else if (get !== undefined) {
      const spied = { ...descriptor, get: noting(name, get as () => unknown) };
      Object.defineProperty(target, key, set === undefined ? spied : { ...spied, set: noting(`${name}=`, set) });
    }
  }
}
