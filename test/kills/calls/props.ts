/** What a thread that is stopped has of its own. */
import { type SyncObject, syncObject, type Timeline, timeline } from 'fenceline/sync';
import type { Photo, World } from '../call.ts';
import { spyOn } from '../spy.ts';

/** Elements of `photo` and `paper`: each writer stores one number into all of them. */
export const photoLength = 16;

export const twos: readonly number[] = new Array(photoLength).fill(2);

/** A buffer of the thread's own, with memory. */
export async function ownPhoto({ space }: World): Promise<Photo> {
  const photo = space.buffer('i32', [photoLength]) as Photo;
  await photo.set(twos);
  return photo;
}

export function ownLine(world: World): Timeline {
  return spyOn('Timeline', timeline(world.space, 'own line'));
}

export function ownFlag(world: World): SyncObject {
  return spyOn('SyncObject', syncObject(world.space, 'own flag'));
}
