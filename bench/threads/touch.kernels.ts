/** What every candidate of `rows/hand-over.ts` does with a frame: touches every page of it. */
import { kernel, serve, update } from 'fenceline';

export const pageBytes = 4096;

/** Outcomes: the number of pages. */
export function touch(bytes: Uint8Array): number {
  let pages = 0;
  for (let at = 0; at < bytes.length; at += pageBytes, pages++) bytes[at] = (bytes[at] ?? 0) + 1;
  return pages;
}

const touchFrame = kernel({ frame: update('u8', ['bytes']) }, ({ frame }) => {
  touch(frame.data);
});

export default serve({ touchFrame });
