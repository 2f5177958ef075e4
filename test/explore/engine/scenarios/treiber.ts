/**
 * A Treiber stack of numbered nodes. Word 0 is the top: a node in the low byte, a tag above it that grows with every
 * exchange; word n is the node below node n. Without the tag, a top that was taken and put back looks untouched.
 */
import { cas, load, store } from '#fenceline/cells/cell.js';

const tagged = (node: number, old: number): number => (((old >>> 8) + 1) << 8) | node;

export function push(words: Int32Array, node: number): void {
  for (;;) {
    const top = load(words, 0);
    store(words, node, top & 255);
    if (cas(words, 0, top, tagged(node, top))) return;
  }
}

/** The node taken, or 0 if there was none. */
export function pop(words: Int32Array): number {
  for (;;) {
    const top = load(words, 0);
    const node = top & 255;
    if (node === 0) return 0;
    const below = load(words, node);
    if (cas(words, 0, top, tagged(below, top))) return node;
  }
}
