/**
 * Mappings that are used after they went stale: what they say is caught in debug mode (`debug.poison`).
 *
 * Only plain objects and lists can be guarded, by a proxy; anything else is handed out as it is.
 */
import { fail } from '../base/errors.ts';
import type { Core } from '../core.ts';
import { isPoisoning } from '../poison.ts';

/** Shared by a mapping and those who end it. */
export interface Staleness {
  isStale: boolean;
}

/** The mapping, which throws EINVAL at every look once it is stale; without `debug.poison` the mapping itself. */
export function poisonable(core: Core, mapping: unknown, staleness: Staleness, label: string): unknown {
  if (!isPoisoning(core) || !isPlain(mapping)) return mapping;
  const look = (): void => {
    if (!staleness.isStale) return;
    const sentence = `The mapping of buffer '${label}' is stale: the buffer moved, or it was unmapped.`;
    fail('EINVAL', `${sentence} Hint: map it again, under the lock.`, { argument: 'mapping' });
  };
  const guard = (target: object): object =>
    new Proxy(target, {
      get: (of, name, receiver) => {
        look();
        const found: unknown = Reflect.get(of, name, receiver);
        // A proxy must give what cannot change as it is.
        const own = Reflect.getOwnPropertyDescriptor(of, name);
        const isFixed = own !== undefined && own.configurable === false && own.writable === false;
        return isPlain(found) && !isFixed ? guard(found) : found;
      },
      has: (of, name) => {
        look();
        return Reflect.has(of, name);
      },
      ownKeys: (of) => {
        look();
        return Reflect.ownKeys(of);
      },
    });
  return guard(mapping);
}

function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null || Array.isArray(value);
}
