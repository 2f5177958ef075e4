/** What a block is on the page: free, or why its contents stay where they are. Colours are in style.ts. */
import type { BlockDump, BufferDump, MemoryDump } from '../format.ts';

export type Kind = 'movable' | 'busy' | 'pinned' | 'taken' | 'free';

export const kinds: readonly Kind[] = ['movable', 'busy', 'pinned', 'taken', 'free'];

export const kindWords: Readonly<Record<Kind, string>> = {
  movable: 'can be moved',
  busy: 'in use: locked, or a fence is pending',
  pinned: 'pinned',
  taken: 'being placed or freed',
  free: 'free',
};

export type Buffers = ReadonlyMap<number, BufferDump>;

export function buffersById({ buffers }: MemoryDump): Buffers {
  return new Map(buffers.map((buffer) => [buffer.id, buffer]));
}

export function kindOfBuffer({ kept }: BufferDump): Kind {
  if (kept.length === 0) return 'movable';
  return kept.some(({ by }) => by === 'pin') ? 'pinned' : 'busy';
}

/** A block whose buffer is not in the dump was given to another while it was taken. */
export function kindOfBlock({ state, buffer }: BlockDump, buffers: Buffers): Kind {
  if (state !== 'used') return state;
  const owner = buffer === null ? undefined : buffers.get(buffer);
  return owner === undefined ? 'taken' : kindOfBuffer(owner);
}

/** What a buffer is called on the page. */
export function nameOf({ id, label }: { readonly id: number; readonly label: string | null }): string {
  return label ?? `buffer ${id % 2 ** 20}`;
}
