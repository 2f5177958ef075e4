/**
 * Where copies of the library in one realm find each other: each is its own module with its own classes, so what they
 * share is memory, and each joins it as an agent of its own.
 *
 * Not here: what the space is (space.ts). Known limit: that blocking for what another copy of the same thread owes would
 * never end is not noticed. Without shared memory an agent cannot wake another, so every copy has a space of its own.
 */
import { layoutVersion } from './base/layout.ts';
import type { Core, SpaceData } from './core.ts';

/** What a copy leaves for the others: the memory, and whether the space of whoever made it is closed. */
interface Ambient {
  readonly data: SpaceData;
  isClosed(): boolean;
}

/** Copies with another layout of the memory cannot meet. */
const key: unique symbol = Symbol.for(`fenceline.ambient.layout-${layoutVersion}`);

type Registry = { [key]?: Ambient };

let own: Ambient | undefined;

/** The memory of the ambient space, if there is one that this copy may join. */
export function findAmbient(): SpaceData | undefined {
  const known = own?.isClosed() === false ? own : (globalThis as Registry)[key];
  if (known === undefined || known.isClosed()) return undefined;
  return known === own || !(known.data.control instanceof ArrayBuffer) ? known.data : undefined;
}

/** Makes a space the ambient one. */
export function offerAmbient(core: Core): void {
  own = { data: core.data, isClosed: () => core.isClosed };
  (globalThis as Registry)[key] = own;
}
